import { Badge, VisuallyHidden } from '@mantine/core';
import type { Tenant } from '@xeno/contracts';
import { useStanding } from './use-live.ts';

/** How far what is shown is behind Shopify. */
export function LiveState({ tenant }: { tenant: Tenant }) {
  const standing = useStanding(tenant.id);
  const { webhooks } = tenant;
  if (tenant.status !== 'connected') return null;
  if (webhooks && webhooks.status !== 'active') {
    return <State color="yellow" label="Not live" why={webhooks.reason ?? 'Changes come with the scheduled sync.'} />;
  }
  if (!standing) return <State color="gray" label="Connecting …" why="Waiting for news from the server." />;
  const { behindSeconds, pendingWebhooks } = standing;
  return behindSeconds < 5 ? (
    <State color="green" label="Live" why="Changes in Shopify are shown within a second or two." />
  ) : (
    <State
      color="yellow"
      label={`${behindSeconds} s behind`}
      why={`${pendingWebhooks} changes that Shopify has told are being worked on.`}
    />
  );
}

const State = ({ color, label, why }: { color: string; label: string; why: string }) => (
  <Badge color={color} variant="light" title={why} className="figures" style={{ flexShrink: 0 }}>
    {label}
    <VisuallyHidden>{`: ${why}`}</VisuallyHidden>
  </Badge>
);
