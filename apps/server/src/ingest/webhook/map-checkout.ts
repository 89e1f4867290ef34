import type { Checkout } from '../apply-checkouts.ts';
import { Unreadable } from '../map/fields.ts';
import { amountIn, type Body, currencyIn, idOfBody, instantIn, isTold } from './body.ts';
import type { ToldOrder } from './map-order.ts';

/** @throws Unreadable */
export function mapCheckoutBody(body: Body): Checkout {
  const currency = currencyIn(body, 'currency');
  const createdAt = instantIn(body, 'created_at');
  if (currency === null || createdAt === null) throw new Unreadable('The body lacks currency or created_at.');
  return {
    id: idOfBody(body),
    currency,
    totalPrice: amountIn(body, 'total_price', currency) ?? 0,
    contact: ['email', 'phone'].some((name) => isTold(body, name) && body[name] !== ''),
    createdAt,
    updatedAt: instantIn(body, 'updated_at') ?? createdAt,
    completedAt: instantIn(body, 'completed_at'),
  };
}

/** An order tells that its checkout was completed, should no other webhook; any webhook about it knows the rest better. */
export const checkoutOf = ({ checkoutId, record }: ToldOrder): Checkout | null =>
  checkoutId === null
    ? null
    : {
        id: checkoutId,
        currency: record.currency,
        totalPrice: record.totalPrice,
        contact: true,
        createdAt: record.createdAt,
        updatedAt: 0,
        completedAt: record.createdAt,
      };
