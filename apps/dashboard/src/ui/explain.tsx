import { ActionIcon } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { lazy } from 'react';
import { OnDemand } from './on-demand.tsx';

const load = () => import('./explain-opened.tsx');
const ExplainOpened = lazy(load);

/** The little "i" beside a number: what it means. */
export function Explain({ term, meaning }: { term: string; meaning: string }) {
  const trigger = (
    <ActionIcon variant="subtle" color="gray" c="dimmed" size={24} radius="xl" aria-label={`What is “${term}”?`}>
      <IconInfoCircle size={15} aria-hidden />
    </ActionIcon>
  );
  return (
    <OnDemand trigger={trigger} popup="dialog" load={load}>
      <ExplainOpened trigger={trigger} term={term} meaning={meaning} />
    </OnDemand>
  );
}
