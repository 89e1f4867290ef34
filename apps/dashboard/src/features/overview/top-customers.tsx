import { Button, Text } from '@mantine/core';
import type { TopCustomer } from '@xeno/contracts';
import { useState } from 'react';
import { formatCount, formatMoney } from '../../lib/format.ts';
import { Panel } from '../../ui/panel.tsx';
// Mantine's table brings its scroll area with it, which the first load can do without.
import table from '../../ui/table.module.css';

const FEW = 5;

export function TopCustomersPanel({ customers }: { customers: TopCustomer[] }) {
  const [all, setAll] = useState(false);
  return (
    <Panel
      title="Top customers"
      h="100%"
      data-testid="top-customers"
      aside={
        customers.length > FEW && (
          <Button size="compact-xs" variant="default" onClick={() => setAll(!all)}>
            {all ? `Show top ${FEW}` : `Show top ${customers.length}`}
          </Button>
        )
      }
    >
      {customers.length === 0 ? (
        <Text size="sm" c="dimmed">
          No customer ordered in this period. Guests, who have no account, are not listed.
        </Text>
      ) : (
        <table className={table['table']}>
          <thead>
            <tr>
              <th scope="col">Customer</th>
              <th scope="col" style={{ width: 58 }}>
                Orders
              </th>
              <th scope="col" style={{ width: '44%' }}>
                Spent
              </th>
            </tr>
          </thead>
          <tbody>
            {customers.slice(0, all ? undefined : FEW).map((customer) => (
              <Row key={customer.customerId} customer={customer} />
            ))}
          </tbody>
        </table>
      )}
      <Text size="xs" c="dimmed" mt="xs">
        Spent: net of refunds, with tax and shipping.
        {customers.some(({ masked }) => masked) && ' Names and e-mails are hidden from analysts.'}
      </Text>
    </Panel>
  );
}

function Row({ customer }: { customer: TopCustomer }) {
  const name = customer.name?.trim() || customer.email || `Customer …${customer.customerId.slice(-4)}`;
  const hidden = 'Names and e-mails are hidden from analysts.';
  return (
    <tr>
      <td>
        <Text
          size="sm"
          truncate
          dir="auto"
          ta="start"
          title={customer.masked ? hidden : name}
          c={customer.masked ? 'dimmed' : undefined}
        >
          {name}
        </Text>
        {customer.email && customer.email !== name && (
          <Text size="xs" c="dimmed" truncate title={customer.email}>
            {customer.email}
          </Text>
        )}
      </td>
      <td>{formatCount(customer.orders)}</td>
      <td style={{ whiteSpace: 'nowrap' }}>{formatMoney(customer.totalSpent)}</td>
    </tr>
  );
}
