import type { Catalog } from './catalog.ts';
import type { Customer } from './customers.ts';
import type { Order } from './order.ts';

/** Where a shop's orders come from, before anything the control API changed. */
export interface OrderSource {
  /** Orders, at positions 0 … count-1, by strictly or equally rising createdAt. */
  count: number;
  order(index: number): Order;
  createdAt(index: number): number;
  /** Without making the whole order. */
  updatedAt(index: number): number;
  /** Customer key of the order, without making the whole of it. */
  customerOf(index: number): number | null;
  /** All customers' keys, by rising createdAt. */
  customerKeys(): ArrayLike<number>;
  customer(key: number): Omit<Customer, 'updatedAt'>;
  catalog: Catalog;
}
