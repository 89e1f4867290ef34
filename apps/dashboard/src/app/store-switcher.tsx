import { Button, Text } from '@mantine/core';
import { IconBuildingStore, IconChevronDown } from '@tabler/icons-react';
import { useLocation, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useTenants } from '../features/stores/queries.ts';
import { ChoiceMenu } from '../ui/choice-menu.tsx';

/** Pages of one store other than the overview. */
const PER_STORE = ['/operations', '/team', '/audit-log'];

/** Which store the page is about. Choosing another keeps the page and its period. */
export function StoreSwitcher() {
  const { data: tenants } = useTenants();
  const navigate = useNavigate();
  const { id } = useParams({ strict: false });
  const { store } = useSearch({ strict: false });
  const { pathname } = useLocation();
  if (!tenants?.length) return null;

  const chosen = id ?? store ?? null;
  const name = tenants.find((tenant) => tenant.id === chosen)?.storeName ?? 'Choose a store';
  const choose = (tenantId: string) =>
    id
      ? void navigate({ to: '/stores/$id', params: { id: tenantId } })
      : PER_STORE.includes(pathname)
        ? void navigate({ to: pathname, search: { store: tenantId } } as object)
        : void navigate({ to: '/', search: (search) => ({ ...search, store: tenantId }) });
  return (
    <ChoiceMenu
      trigger={
        <Button
          data-testid="store-switcher"
          aria-label={`Store: ${name}`}
          variant="default"
          maw={300}
          miw={0}
          px="sm"
          leftSection={<IconBuildingStore size={16} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          <Text span inherit truncate dir="auto">
            {name}
          </Text>
        </Button>
      }
      width={300}
      position="bottom-start"
      chosen={chosen}
      choices={tenants.map((tenant) => ({
        key: tenant.id,
        label: tenant.storeName,
        hint: tenant.shopDomain,
        onChoose: () => choose(tenant.id),
      }))}
    />
  );
}
