import { Badge, Box, Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import type { PrivacyRequest, Tenant } from '@xeno/contracts';
import { useQuery } from '@tanstack/react-query';
import { formatCount, formatInstant } from '../../lib/format.ts';
import classes from '../../ui/list.module.css';
import { Panel } from '../../ui/panel.tsx';
import { Problem } from '../../ui/problem.tsx';
import { saveFile } from '../../ui/save-file.ts';
import { When } from '../../ui/when.tsx';
import { privacyRequestsOf, useCustomerFile } from './queries.ts';

const KINDS: Record<PrivacyRequest['kind'], string> = {
  data_request: 'A customer asks what is stored',
  customer_redact: 'A customer’s personal data erased',
  shop_redact: 'The store’s data to be erased',
};

const STATES: Record<PrivacyRequest['status'], { label: string; color: string }> = {
  open: { label: 'To be downloaded', color: 'yellow' },
  done: { label: 'Done', color: 'teal' },
  ignored: { label: 'Ignored', color: 'gray' },
};

/** What Shopify has asked for on behalf of people. */
export function Privacy({ tenant }: { tenant: Tenant }) {
  const { data, error, isPending, refetch } = useQuery(privacyRequestsOf(tenant.id));
  return (
    <Panel title="Privacy requests">
      {isPending && <Skeleton h={60} />}
      {error && !data && <Problem error={error} retry={() => void refetch()} />}
      {data?.data.length === 0 && (
        <Text size="sm" c="dimmed">
          None so far. When a customer asks for their data, or to be forgotten, Shopify passes it on and it appears
          here.
        </Text>
      )}
      {data && data.data.length > 0 && (
        <Box component="ul" className={classes['list']!}>
          {data.data.map((request) => (
            <Row key={request.id} tenantId={tenant.id} request={request} />
          ))}
        </Box>
      )}
      {data?.nextCursor && <Text size="xs" c="dimmed">{`The newest ${formatCount(data.data.length)}.`}</Text>}
    </Panel>
  );
}

function Row({ tenantId, request }: { tenantId: string; request: PrivacyRequest }) {
  const download = useCustomerFile(tenantId);
  const { label, color } = STATES[request.status];
  return (
    <Box component="li" className={classes['item']!}>
      <Stack gap={4}>
        <Group justify="space-between" gap="xs">
          <Group gap="xs">
            <Badge color={color} variant="light" tt="none" radius="sm">
              {label}
            </Badge>
            <Text size="sm" fw={600}>
              {KINDS[request.kind]}
            </Text>
            {request.customerId && <Text size="sm" className="figures">{`Customer ${request.customerId}`}</Text>}
          </Group>
          {request.kind === 'data_request' && (
            <Button
              size="compact-xs"
              variant="default"
              loading={download.isPending}
              onClick={() =>
                download.mutate(request.id, {
                  onSuccess: (file) =>
                    saveFile(
                      `customer-${request.customerId ?? request.id}.json`,
                      new Blob([JSON.stringify(file, null, 2)], { type: 'application/json' }),
                    ),
                })
              }
            >
              Download the file
            </Button>
          )}
        </Group>
        <Text size="xs" c="dimmed">
          <When instant={request.requestedAt} />
          {request.status === 'open' && ` · due by ${formatInstant(request.dueAt)}`}
          {request.note && ` · ${request.note}`}
        </Text>
        {download.error && <Problem title="Not downloaded" error={download.error} />}
      </Stack>
    </Box>
  );
}
