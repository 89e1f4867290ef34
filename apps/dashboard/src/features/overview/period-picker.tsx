import { Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconArrowsDiff, IconCalendar, IconChevronDown } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { now } from '../../lib/clock.ts';
import { dayIn } from '../../lib/dates.ts';
import { formatDays } from '../../lib/format.ts';
import { ChoiceMenu } from '../../ui/choice-menu.tsx';
import {
  COMPARISONS,
  DEFAULT_COMPARISON,
  DEFAULT_PERIOD,
  PERIODS,
  rangeOf,
  type ComparisonName,
  type OverviewSearch,
  type PeriodName,
} from './periods.ts';

const RangeCalendar = lazy(() => import('./range-calendar.tsx'));
const route = getRouteApi('/app/');

/** Period and comparison, both of which live in the address. */
export function PeriodPicker({ search, timeZone }: { search: OverviewSearch; timeZone: string }) {
  const navigate = route.useNavigate();
  const [calendar, { open, close }] = useDisclosure();
  const period = search.period ?? DEFAULT_PERIOD;
  const compare = period === 'all' ? 'none' : (search.compare ?? DEFAULT_COMPARISON);
  const go = (changed: Partial<OverviewSearch>) => void navigate({ search: (now) => ({ ...now, ...changed }) });
  const range = rangeOf(search, timeZone, now());
  const shown = period === 'custom' && range ? formatDays(range.from, range.to) : PERIODS[period];

  return (
    <Group gap={6}>
      <ChoiceMenu
        trigger={
          <Button
            variant="default"
            fz={{ base: 13, sm: 14 }}
            px={{ base: 'xs', sm: 'sm' }}
            leftSection={<IconCalendar size={16} aria-hidden />}
            rightSection={<IconChevronDown size={14} aria-hidden />}
            aria-label={`Period: ${shown}`}
          >
            {shown}
          </Button>
        }
        chosen={period}
        choices={Object.entries(PERIODS).map(([key, label]) => ({
          key,
          label: key === 'custom' ? `${label} …` : label,
          onChoose: () =>
            key === 'custom' ? open() : go({ period: key as PeriodName, from: undefined, to: undefined }),
        }))}
      />
      <ChoiceMenu
        trigger={
          <Button
            variant="default"
            fz={{ base: 13, sm: 14 }}
            px={{ base: 'xs', sm: 'sm' }}
            leftSection={<IconArrowsDiff size={16} aria-hidden />}
            rightSection={<IconChevronDown size={14} aria-hidden />}
            disabled={period === 'all'}
            aria-label={`Compared with: ${COMPARISONS[compare]}`}
          >
            {COMPARISONS[compare]}
          </Button>
        }
        chosen={compare}
        choices={Object.entries(COMPARISONS).map(([key, label]) => ({
          key,
          label,
          onChoose: () => go({ compare: key as ComparisonName }),
        }))}
      />
      {calendar && (
        <Suspense>
          <RangeCalendar
            initial={range}
            today={dayIn(timeZone, now())}
            onClose={close}
            onApply={({ from, to }) => {
              close();
              go({ period: 'custom', from, to });
            }}
          />
        </Suspense>
      )}
    </Group>
  );
}
