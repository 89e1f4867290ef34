import { DataTypes, type Sequelize } from 'sequelize';
import type { OrderRecord } from '../../apps/server/src/ingest/records.ts';

/** As a webhook tells them. */
export interface CustomerBody {
  id: number;
  email: string | null;
  first_name: string | null;
  last_name: string | null;
}

/**
 * What the usual implementation does: for each order of each page, look for the row, then create or update it, and so
 * for each of its lines. Tables with an id of their own and a unique key, as they come with the tutorials; no ledger.
 */
export async function defineNaive(sequelize: Sequelize) {
  const money = DataTypes.DECIMAL(12, 2);
  const Order = sequelize.define(
    'NaiveOrder',
    {
      tenantId: { type: DataTypes.BIGINT, unique: 'naive_order_key' },
      shopifyOrderId: { type: DataTypes.BIGINT, unique: 'naive_order_key' },
      customerId: DataTypes.BIGINT,
      name: DataTypes.STRING,
      currency: DataTypes.STRING,
      totalPrice: money,
      totalDiscounts: money,
      totalTax: money,
      financialStatus: DataTypes.STRING,
      fulfillmentStatus: DataTypes.STRING,
      country: DataTypes.STRING,
      tags: DataTypes.TEXT,
      orderedAt: DataTypes.DATE(3),
    },
    { tableName: 'naive_orders' },
  );
  const Line = sequelize.define(
    'NaiveLine',
    {
      tenantId: { type: DataTypes.BIGINT, unique: 'naive_line_key' },
      shopifyLineId: { type: DataTypes.BIGINT, unique: 'naive_line_key' },
      shopifyOrderId: DataTypes.BIGINT,
      title: DataTypes.STRING,
      sku: DataTypes.STRING,
      quantity: DataTypes.INTEGER,
      price: money,
    },
    { tableName: 'naive_lines' },
  );
  const Customer = sequelize.define(
    'NaiveCustomer',
    {
      tenantId: { type: DataTypes.BIGINT, unique: 'naive_customer_key' },
      shopifyCustomerId: { type: DataTypes.BIGINT, unique: 'naive_customer_key' },
      email: DataTypes.STRING,
      firstName: DataTypes.STRING,
      lastName: DataTypes.STRING,
    },
    { tableName: 'naive_customers' },
  );
  await Customer.sync();
  await Order.sync();
  await Line.sync();

  return {
    async clear() {
      await Order.destroy({ truncate: true });
      await Line.destroy({ truncate: true });
    },
    /** The customer who comes with an order's webhook. */
    async ingestCustomer(tenantId: string, { id, email, first_name, last_name }: CustomerBody): Promise<void> {
      const values = { tenantId, shopifyCustomerId: id, email, firstName: first_name, lastName: last_name };
      const known = await Customer.findOne({ where: { tenantId, shopifyCustomerId: id } });
      if (known) await known.update(values);
      else await Customer.create(values);
    },
    /** Gives the rows written. */
    async ingest(tenantId: string, orders: OrderRecord[]): Promise<number> {
      let rows = 0;
      for (const order of orders) {
        const values = {
          tenantId,
          shopifyOrderId: order.id,
          customerId: order.customerId,
          name: order.name,
          currency: order.currency,
          totalPrice: order.totalPrice / 100,
          totalDiscounts: order.totalDiscounts / 100,
          totalTax: order.totalTax / 100,
          financialStatus: order.financialStatus,
          fulfillmentStatus: order.fulfillmentStatus,
          country: order.country,
          tags: order.tags.join(','),
          orderedAt: new Date(order.createdAt),
        };
        const known = await Order.findOne({ where: { tenantId, shopifyOrderId: order.id } });
        if (known) await known.update(values);
        else await Order.create(values);
        for (const { id, title, sku, quantity, unitPrice } of order.lines) {
          const line = {
            tenantId,
            shopifyLineId: id,
            shopifyOrderId: order.id,
            title,
            sku,
            quantity,
            price: unitPrice / 100,
          };
          const knownLine = await Line.findOne({ where: { tenantId, shopifyLineId: id } });
          if (knownLine) await knownLine.update(line);
          else await Line.create(line);
        }
        rows += 1 + order.lines.length;
      }
      return rows;
    },
  };
}
