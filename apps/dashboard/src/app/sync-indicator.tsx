import { Anchor, Group, Loader, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { progressOf } from '../features/stores/progress.ts';
import { useTenants } from '../features/stores/queries.ts';

/** That something is being fetched, wherever one is; the stores' page says the rest. */
export function SyncIndicator() {
  const { data: tenants } = useTenants();
  const syncing = tenants?.filter((tenant) => tenant.activeRun) ?? [];
  const [first] = syncing;
  if (!first?.activeRun) return null;
  const { percent } = progressOf(first.activeRun);
  const label =
    syncing.length > 1 ? `Syncing ${syncing.length} stores` : `Syncing${percent === null ? '' : ` ${percent} %`}`;
  return (
    <Anchor component={Link} to="/stores" underline="never" aria-label={`${label}: see progress`}>
      <Group gap={6} wrap="nowrap">
        <Loader size={16} />
        <Text size="sm" visibleFrom="sm" className="figures">
          {label}
        </Text>
      </Group>
    </Anchor>
  );
}
