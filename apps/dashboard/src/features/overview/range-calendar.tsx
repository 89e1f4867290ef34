import '@mantine/dates/styles.css';
import { MAX_DAYS } from '@xeno/contracts';
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { DatePicker } from '@mantine/dates';
import { useState } from 'react';
import { addDays, type Day } from '../../lib/dates.ts';
import { firstDayOfWeek, formatDays } from '../../lib/format.ts';
import type { Range } from './periods.ts';

export default function RangeCalendar(props: {
  initial: Range | null;
  today: Day;
  onClose: () => void;
  onApply: (range: Range) => void;
}) {
  const { initial, today, onClose, onApply } = props;
  const [[from, to], setRange] = useState<[string | null, string | null]>([initial?.from ?? null, initial?.to ?? null]);
  return (
    <Modal opened onClose={onClose} title="Custom range" size="auto" centered>
      <Stack>
        <DatePicker
          type="range"
          allowSingleDateInRange
          value={[from, to]}
          onChange={setRange}
          defaultDate={to ?? today}
          minDate={addDays(today, 1 - MAX_DAYS)}
          maxDate={today}
          firstDayOfWeek={firstDayOfWeek()}
          weekendDays={[]}
          ariaLabels={{
            previousMonth: 'Previous month',
            nextMonth: 'Next month',
            monthLevelControl: 'Choose another month',
          }}
          hideOutsideDates
        />
        <Group justify="space-between">
          <Text size="sm" c="dimmed">
            {from && to ? formatDays(from, to) : 'Choose the first and the last day.'}
          </Text>
          <Button size="sm" disabled={!from || !to} onClick={() => from && to && onApply({ from, to })}>
            Apply
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
