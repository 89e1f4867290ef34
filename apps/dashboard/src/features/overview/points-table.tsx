import { ScrollArea, Table } from '@mantine/core';
import type { Step } from './aggregate.ts';
import { labelOf, type Point } from './chart-points.ts';

/** The chart's points as text: for screen readers, for copying, and for whoever wants the exact number. */
export default function PointsTable(props: {
  name: string;
  points: Point[];
  step: Step;
  write: (value: string) => string;
}) {
  const { name, points, step, write } = props;
  const compares = points.some(({ before }) => before);
  return (
    <ScrollArea
      h="100%"
      type="auto"
      offsetScrollbars
      viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': name }}
    >
      <Table stickyHeader verticalSpacing={5} className="figures" fz="sm" style={{ whiteSpace: 'nowrap' }}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{step === 'day' ? 'Day' : 'Days'}</Table.Th>
            <Table.Th ta="right">{name.split(' ')[0]}</Table.Th>
            {compares && <Table.Th pl="xl">Compared with</Table.Th>}
            {compares && <Table.Th ta="right">{name.split(' ')[0]} then</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {points.map(({ x, current, before }) => (
            <Table.Tr key={x}>
              <Table.Td>{current && labelOf(current, step)}</Table.Td>
              <Table.Td ta="right">{current && write(current.value)}</Table.Td>
              {compares && (
                <Table.Td pl="xl" c="dimmed">
                  {before && labelOf(before, step)}
                </Table.Td>
              )}
              {compares && (
                <Table.Td c="dimmed" ta="right">
                  {before && write(before.value)}
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea>
  );
}
