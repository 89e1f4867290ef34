import { Badge, VisuallyHidden } from '@mantine/core';
import type { LiveEvents, Tenant } from '@xeno/contracts';
import { formatCount, formatDuration } from '../../lib/format.ts';
import { useStanding } from './use-live.ts';

/** Less is how long it takes to apply what has just come. */
const BEHIND_SECONDS = 5;

/** How far what is shown is behind Shopify. `quiet`: says nothing as long as nothing is known. */
export function LiveState({ tenant, quiet = false }: { tenant: Tenant; quiet?: boolean }) {
  const standing = useStanding(tenant.id);
  if (tenant.status !== 'connected' || (quiet && !standing)) return null;
  const { color, label, why } = describeStanding(tenant, standing);
  return (
    <Badge
      color={color}
      variant="light"
      tt="none"
      radius="sm"
      title={why}
      className="figures"
      style={{ flexShrink: 0 }}
      data-testid="live-state"
    >
      {label}
      <VisuallyHidden>{`: ${why}`}</VisuallyHidden>
    </Badge>
  );
}

function describeStanding(
  { webhooks }: Tenant,
  standing: LiveEvents['tenant'] | undefined,
): { color: string; label: string; why: string } {
  if (!standing) return { color: 'gray', label: 'Connecting …', why: 'Waiting for news from the server.' };
  const { behindSeconds } = standing;
  if (behindSeconds !== null && behindSeconds >= BEHIND_SECONDS) {
    const waiting = standing.pendingWebhooks + standing.pendingOrders;
    const changes = waiting === 1 ? 'One change waits' : `${formatCount(waiting)} changes wait`;
    return {
      color: 'yellow',
      label: `${formatDuration(behindSeconds)} behind`,
      why: `${changes} to be applied. It goes on by itself.`,
    };
  }
  if (standing.webhooks !== 'active') {
    return {
      color: 'yellow',
      label: 'Not live',
      why: webhooks?.reason ?? 'Changes come with the scheduled sync.',
    };
  }
  return { color: 'teal', label: 'Live', why: 'Changes in Shopify are shown within a second or two.' };
}
