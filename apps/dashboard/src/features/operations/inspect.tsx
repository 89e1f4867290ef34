import { Button, Code, Group, Modal, Skeleton, Stack, Text } from '@mantine/core';
import { permits, type Tenant, type Webhook } from '@xeno/contracts';
import { useQuery } from '@tanstack/react-query';
import { Problem } from '../../ui/problem.tsx';
import { hasEnded } from '../stores/store-state.tsx';
import { useReplay, webhookOf } from './queries.ts';
import { tellReplayed } from './tell-replayed.ts';

/** One webhook with its body, which holds personal data. */
export default function Inspect({
  tenant,
  webhook,
  onClose,
}: {
  tenant: Tenant;
  webhook: Webhook;
  onClose: () => void;
}) {
  const mayRead = permits(tenant.role, 'personal:read');
  const detail = useQuery({ ...webhookOf(tenant.id, webhook.webhookId), enabled: mayRead });
  const replay = useReplay(tenant.id);
  return (
    <Modal opened onClose={onClose} title={webhook.topic} size="lg">
      <Stack gap="sm">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {webhook.webhookId}
        </Text>
        {mayRead && webhook.error && (
          <Text size="sm" c="var(--mantine-color-error)" dir="auto">
            {webhook.error}
          </Text>
        )}
        {!mayRead && (
          <Text size="sm" c="dimmed">
            Its body holds personal data and is hidden from analysts.
          </Text>
        )}
        {detail.isPending && mayRead && <Skeleton h={200} />}
        {detail.error && mayRead && <Problem error={detail.error} retry={() => void detail.refetch()} />}
        {detail.data && mayRead && (
          <Code block mah={360} style={{ overflow: 'auto' }}>
            {pretty(detail.data.body) ?? 'Its body is not kept any more.'}
          </Code>
        )}
        {replay.error && <Problem title="Not replayed" error={replay.error} />}
        <Group justify="flex-end">
          <Button
            size="xs"
            variant="default"
            display={permits(tenant.role, 'sync:run') ? undefined : 'none'}
            loading={replay.isPending}
            disabled={hasEnded(tenant) || webhook.status === 'pending'}
            onClick={() =>
              replay.mutate(
                { webhookIds: [webhook.webhookId] },
                {
                  onSuccess: (answer) => {
                    tellReplayed(answer);
                    onClose();
                  },
                },
              )
            }
          >
            Replay
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** As it came: parsing it would change its long numbers. */
const pretty = (body: string | null): string | null => body && body.replaceAll(/,"/g, ',\n"');
