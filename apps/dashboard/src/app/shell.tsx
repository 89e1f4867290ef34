import { Box, Burger, Group, NavLink, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconActivity, IconBuildingStore, IconChartLine, IconHistory, IconUsers } from '@tabler/icons-react';
import { permits } from '@xeno/contracts';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useSyncEnds } from '../features/stores/use-sync-ends.ts';
import { ColorSchemeMenu } from './color-scheme-menu.tsx';
import { Logo } from './logo.tsx';
import { OfflineNotice } from './offline-notice.tsx';
import classes from './shell.module.css';
import { StoreSwitcher } from './store-switcher.tsx';
import { SyncIndicator } from './sync-indicator.tsx';
import { useChosenStore } from './use-chosen-store.ts';
import { UserMenu } from './user-menu.tsx';

export function Shell() {
  const [opened, { toggle, close }] = useDisclosure();
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  const shown = useRef(pathname);
  useSyncEnds();
  const chosen = useChosenStore();

  // As after a page load: the new page is where the keyboard and the screen reader go on from.
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    close();
    main.current?.focus({ preventScroll: true });
  }, [pathname, close]);

  return (
    <div className={classes.shell}>
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      {/* whose place the bar for scrolling takes back when a dialog locks it */}
      <header className={`${classes.header} right-scroll-bar-position`}>
        <Group h="100%" px={{ base: 'sm', sm: 'md' }} gap="sm" wrap="nowrap">
          <Burger
            opened={opened}
            onClick={toggle}
            hiddenFrom="sm"
            size="sm"
            aria-label={opened ? 'Close the menu' : 'Open the menu'}
            aria-expanded={opened}
          />
          <Logo />
          <StoreSwitcher />
          <Box flex={1} />
          <SyncIndicator />
          <Group gap={2} wrap="nowrap">
            <ColorSchemeMenu />
            <UserMenu />
          </Group>
        </Group>
      </header>
      <nav className={classes.navbar} data-opened={opened || undefined} aria-label="Pages">
        <Stack gap={2}>
          <Page to="/" label="Overview" icon={<IconChartLine size={18} aria-hidden />} onClick={close} />
          <Page to="/stores" label="Stores" icon={<IconBuildingStore size={18} aria-hidden />} onClick={close} />
          <Page to="/operations" label="Operations" icon={<IconActivity size={18} aria-hidden />} onClick={close} />
          <Page to="/team" label="Team" icon={<IconUsers size={18} aria-hidden />} onClick={close} />
          {chosen && permits(chosen.role, 'audit:read') && (
            <Page to="/audit-log" label="Audit log" icon={<IconHistory size={18} aria-hidden />} onClick={close} />
          )}
        </Stack>
      </nav>
      <main className={classes.main} id="main" ref={main} tabIndex={-1}>
        <Box maw={1440} mx="auto">
          <OfflineNotice />
          <Outlet />
        </Box>
      </main>
    </div>
  );
}

function Page(props: {
  to: '/' | '/stores' | '/operations' | '/team' | '/audit-log';
  label: string;
  icon: React.ReactNode;
  onClick: () => void;
}) {
  const { pathname } = useLocation();
  const active = props.to === '/' ? pathname === '/' : pathname.startsWith(props.to);
  return (
    <NavLink
      component={Link}
      to={props.to}
      label={props.label}
      leftSection={props.icon}
      active={active}
      aria-current={active ? 'page' : undefined}
      onClick={props.onClick}
    />
  );
}
