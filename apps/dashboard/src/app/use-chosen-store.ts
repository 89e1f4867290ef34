import type { Tenant } from '@xeno/contracts';
import { useParams, useSearch } from '@tanstack/react-router';
import { useTenants } from '../features/stores/queries.ts';
import { rememberedStore } from '../features/stores/remembered.ts';

/** The store that the page's address names, or else the one that pages open without one in theirs. */
export function useChosenStore(): Tenant | undefined {
  const { data: tenants = [] } = useTenants();
  const { id } = useParams({ strict: false });
  const { store } = useSearch({ strict: false });
  const find = (wanted: string | null | undefined) => tenants.find((tenant) => tenant.id === wanted);
  return find(id ?? store) ?? find(rememberedStore()) ?? tenants[0];
}
