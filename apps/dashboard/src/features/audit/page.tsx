import { Box, Button, Group, NativeSelect, Skeleton, Text, TextInput } from '@mantine/core';
import { audit, type AuditEntry, permits, type Tenant } from '@xeno/contracts';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { ApiError } from '../../lib/api.ts';
import { formatInstantFully } from '../../lib/format.ts';
import { call, withAccess } from '../../lib/session.ts';
import classes from '../../ui/list.module.css';
import { notifyFailure } from '../../ui/notify.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Problem } from '../../ui/problem.tsx';
import { saveFile } from '../../ui/save-file.ts';
import { ChosenStore } from '../stores/chosen-store.tsx';
import { KINDS, tell } from './actions.ts';
import { type AuditSearch, filterOf, isBackwards } from './search.ts';

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
    enabled: mayRead && !isBackwards(search),
  });
  const exporting = useMutation({ mutationFn: () => download(tenant.id, filter) });
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
        <Panel title="Entries">
          <Filters tenantId={tenant.id} search={search} />
          {isPending && !isBackwards(search) && <Skeleton h={200} />}
          {error && !data && <Problem error={error} retry={() => void refetch()} />}
          {entries?.length === 0 && (
            <Text size="sm" c="dimmed">
              Nothing that fits.
            </Text>
          )}
          {entries && entries.length > 0 && (
            <Box component="ul" className={classes['list']!} data-testid="audit-log">
              {entries.map((entry) => (
                <Entry key={entry.id} entry={entry} />
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

function Filters({ tenantId, search }: { tenantId: string; search: AuditSearch }) {
  const navigate = route.useNavigate();
  const { data: people = [] } = useQuery({
    queryKey: ['tenant', tenantId, 'audit', 'people'],
    queryFn: async () => (await call(audit.listPeople, { params: { id: tenantId } })).data,
  });
  const set = (changed: AuditSearch) =>
    void navigate({ search: (before) => clean({ ...before, ...changed }), replace: true, resetScroll: false });
  const isUnlisted = search.user && !people.some(({ userId }) => userId === search.user);
  return (
    <Group gap="sm" align="flex-start" mb="sm">
      <NativeSelect
        label="Action"
        flex="1 1 12rem"
        value={search.action ?? ''}
        data={[
          { value: '', label: 'Everything' },
          ...Object.entries(KINDS).map(([value, { label }]) => ({ value, label })),
        ]}
        onChange={({ currentTarget }) => set({ action: currentTarget.value })}
      />
      <NativeSelect
        label="Person"
        flex="1 1 12rem"
        value={search.user ?? ''}
        data={[
          { value: '', label: 'Everybody' },
          ...people.map(({ userId, name, email }) => ({
            value: userId,
            label: email === null ? name : `${name} (${email})`,
          })),
          ...(isUnlisted ? [{ value: search.user!, label: 'Somebody who is not in this log' }] : []),
        ]}
        onChange={({ currentTarget }) => set({ user: currentTarget.value })}
      />
      {(['from', 'to'] as const).map((end) => (
        <TextInput
          key={end}
          label={end === 'from' ? 'From' : 'To'}
          type="date"
          flex="1 1 9rem"
          // not held to the address, which has no day until all of one is typed
          defaultValue={search[end] ?? ''}
          error={end === 'to' && isBackwards(search) && 'The end is before the beginning.'}
          onChange={({ currentTarget }) => set({ [end]: currentTarget.value })}
        />
      ))}
    </Group>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const { userName, userEmail, userId, detail, address, happenedAt } = entry;
  const { title, words } = tell(entry);
  return (
    <Box component="li" className={classes['item']!}>
      <Text size="sm">
        <Text span inherit fw={600}>
          {title}
        </Text>
        {words && (
          <>
            : <bdi>{words}</bdi>
          </>
        )}
      </Text>
      <Text size="xs" c="dimmed">
        By <bdi>{userName ?? (userId === null ? 'Shopify' : `user ${userId}`)}</bdi>
        {[
          userEmail && ` (${userEmail})`,
          detail['apiTokenId'] !== undefined && ', with an API token',
          ` · ${formatInstantFully(happenedAt)}`,
          address && ` · from address ${address}`,
        ].filter(Boolean)}
      </Text>
    </Box>
  );
}

const clean = (search: AuditSearch): AuditSearch =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== ''));

async function download(tenantId: string, filter: Record<string, string>): Promise<void> {
  const path = audit.exportEntries.path.replace(':id', tenantId);
  const query = new URLSearchParams(filter).toString();
  const response = await withAccess((token) =>
    fetch(query ? `${path}?${query}` : path, { headers: { authorization: `Bearer ${token}` } }),
  );
  if (!response.ok) throw new ApiError(response.status, {});
  saveFile('audit-log.csv', await response.blob());
}
