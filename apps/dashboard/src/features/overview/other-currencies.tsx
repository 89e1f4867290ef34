import { Table, Text } from '@mantine/core';
import type { Overview } from '@xeno/contracts';
import { formatCount, formatMoney } from '../../lib/format.ts';
import { Panel } from '../../ui/panel.tsx';

/** Orders in a currency the store had before: never added to the rest. */
export default function OtherCurrencies({ currencies }: { currencies: Overview['otherCurrencies'] }) {
  return (
    <Panel title="In other currencies">
      <Text size="sm" c="dimmed" mb="xs">
        Sales from when the store’s currency was another. They are not part of the figures above: amounts of different
        currencies are never added up.
      </Text>
      <Table.ScrollContainer minWidth={320}>
        <Table className="figures">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Currency</Table.Th>
              <Table.Th ta="right">Orders</Table.Th>
              <Table.Th ta="right">Net sales</Table.Th>
              <Table.Th ta="right">Revenue</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {currencies.map(({ currencyCode, totals }) => (
              <Table.Tr key={currencyCode}>
                <Table.Td>{currencyCode}</Table.Td>
                <Table.Td ta="right">{formatCount(totals.orders)}</Table.Td>
                <Table.Td ta="right">{formatMoney(totals.net)}</Table.Td>
                <Table.Td ta="right">{formatMoney(totals.revenue)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Panel>
  );
}
