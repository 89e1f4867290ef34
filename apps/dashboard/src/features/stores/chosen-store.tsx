import { Skeleton } from '@mantine/core';
import type { Tenant } from '@xeno/contracts';
import { Navigate } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { PageHead } from '../../ui/page-head.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Live } from '../live/use-live.ts';
import { useTenants } from './queries.ts';
import { rememberedStore, rememberStore } from './remembered.ts';
import { SecondFactorNeeded } from './second-factor-needed.tsx';
import { UnknownStore } from './unknown-store.tsx';

/** A page about one store: the one its address names, or else the one last looked at. */
export function ChosenStore(props: {
  title: string;
  to: string;
  search: { store?: string };
  children: (tenant: Tenant) => ReactNode;
}) {
  const { title, to, search } = props;
  const { store } = search;
  const { data: tenants, error, refetch } = useTenants();
  const tenant = tenants?.find(({ id }) => id === store);
  useEffect(() => {
    if (tenant) rememberStore(tenant.id);
  }, [tenant]);
  if (!tenants)
    return (
      <>
        <PageHead title={title} />
        {error ? <Problem error={error} retry={() => void refetch()} /> : <Skeleton h={420} />}
      </>
    );
  const [first] = tenants;
  if (!first) return <Navigate to="/" replace />;
  if (!store) {
    const chosen = tenants.find(({ id }) => id === rememberedStore()) ?? first;
    return <Navigate to={to} {...({ search: { ...search, store: chosen.id } } as object)} replace />;
  }
  if (!tenant) return <UnknownStore id={store} />;
  if (tenant.lacksSecondFactor) return <SecondFactorNeeded tenant={tenant} />;
  return (
    <>
      <Live key={tenant.id} tenantId={tenant.id} />
      {props.children(tenant)}
    </>
  );
}
