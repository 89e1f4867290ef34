import { Box, Button, Group, NativeSelect, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { audit, type AuditEntry, permits, type Tenant } from '@xeno/contracts';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { ApiError } from '../../lib/api.ts';
import { formatInstantFully } from '../../lib/format.ts';
import { call, withAccess } from '../../lib/session.ts';
import classes from '../../ui/list.module.css';
import { notifyFailure } from '../../ui/notify.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Problem } from '../../ui/problem.tsx';
import { ChosenStore } from '../stores/chosen-store.tsx';
import { ACTIONS, KINDS } from './actions.ts';
import { type AuditSearch, filterOf } from './search.ts';

const route = getRouteApi('/app/audit-log');

/** Who did what to a store. */
export function AuditPage() {
  const search = route.useSearch();
  return (
    <ChosenStore title="Audit log" to="/audit-log" search={search}>
      {(tenant) => <AuditLog key={tenant.id} tenant={tenant} search={search} />}
    </ChosenStore>
  );
}

function AuditLog({ tenant, search }: { tenant: Tenant; search: AuditSearch }) {
  const navigate = route.useNavigate();
  const mayRead = permits(tenant.role, 'audit:read');
  const filter = filterOf(search);
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['tenant', tenant.id, 'audit', filter],
    queryFn: ({ pageParam }) =>
      call(audit.listEntries, {
        params: { id: tenant.id },
        query: { ...filter, limit: 50, ...(pageParam && { cursor: pageParam }) },
      }),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    enabled: mayRead,
  });
  const exporting = useMutation({ mutationFn: () => download(tenant.id, filter) });
  const set = (changed: Partial<Record<'action' | 'from' | 'to', string>>) =>
    void navigate({ search: (before) => clean({ ...before, ...changed }), replace: true });
  const entries = data?.pages.flatMap((page) => page.data);
  return (
    <>
      <PageHead title="Audit log" context={tenant.storeName} description="Who did what to this store, and from where.">
        {mayRead && (
          <Button
            size="xs"
            variant="default"
            loading={exporting.isPending}
            onClick={() => exporting.mutate(undefined, { onError: notifyFailure('Not exported') })}
          >
            Export as CSV
          </Button>
        )}
      </PageHead>
      {!mayRead ? (
        <Text size="sm" c="dimmed">
          Only admins of this store see its audit log.
        </Text>
      ) : (
        <Panel
          title="Entries"
          aside={
            <Group gap="xs">
              <NativeSelect
                size="xs"
                aria-label="What"
                value={search.action ?? ''}
                data={[
                  { value: '', label: 'Everything' },
                  ...Object.entries(KINDS).map(([value, label]) => ({ value, label })),
                ]}
                onChange={({ currentTarget }) => set({ action: currentTarget.value })}
              />
              {(['from', 'to'] as const).map((end) => (
                <TextInput
                  key={end}
                  size="xs"
                  type="date"
                  aria-label={end === 'from' ? 'From' : 'To'}
                  value={search[end] ?? ''}
                  onChange={({ currentTarget }) => set({ [end]: currentTarget.value })}
                />
              ))}
            </Group>
          }
        >
          {isPending && <Skeleton h={200} />}
          {error && !data && <Problem error={error} retry={() => void refetch()} />}
          {entries?.length === 0 && (
            <Text size="sm" c="dimmed">
              Nothing that fits.
            </Text>
          )}
          {entries && entries.length > 0 && (
            <Box component="ul" className={classes['list']!} data-testid="audit-log">
              {entries.map((entry) => (
                <Entry key={entry.id} entry={entry} tenantId={tenant.id} />
              ))}
            </Box>
          )}
          {hasNextPage && (
            <Button
              mt="sm"
              size="xs"
              variant="default"
              loading={isFetchingNextPage}
              onClick={() => void fetchNextPage()}
            >
              Show more
            </Button>
          )}
        </Panel>
      )}
    </>
  );
}

function Entry({ entry, tenantId }: { entry: AuditEntry; tenantId: string }) {
  const { action, userName, userEmail, userId, subject, subjectName, detail, address, happenedAt } = entry;
  const to = subject === tenantId || subject === userId ? null : (subjectName ?? subject);
  const who = userName ?? (userId === null ? 'Shopify' : `User ${userId}`);
  const details = Object.entries(detail).map(([name, value]) => `${name}: ${textOf(value)}`);
  return (
    <Box component="li" className={classes['item']!}>
      <Stack gap={2}>
        <Group gap="xs">
          <Text size="sm" fw={600}>
            {ACTIONS[action] ?? action}
          </Text>
          <Text size="sm" dir="auto">
            {who}
          </Text>
          {userEmail && (
            <Text size="xs" c="dimmed">
              {userEmail}
            </Text>
          )}
        </Group>
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {[formatInstantFully(happenedAt), to && `to ${to}`, ...details, address && `from ${address}`]
            .filter(Boolean)
            .join(' · ')}
        </Text>
      </Stack>
    </Box>
  );
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const clean = (search: AuditSearch): AuditSearch =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== ''));

async function download(tenantId: string, filter: Record<string, string>): Promise<void> {
  const path = audit.exportEntries.path.replace(':id', tenantId);
  const query = new URLSearchParams(filter).toString();
  const response = await withAccess((token) =>
    fetch(query ? `${path}?${query}` : path, { headers: { authorization: `Bearer ${token}` } }),
  );
  if (!response.ok) throw new ApiError(response.status, {});
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = 'audit-log.csv';
  link.click();
  URL.revokeObjectURL(link.href);
}
