import { minorIn, instantOf, storableId, textOf, textOrNull, Unreadable } from '../map/fields.ts';

/** A webhook's body, or an object in it: in the manner of Shopify's REST API, and never to be trusted. */
export type Body = Readonly<Record<string, unknown>>;

/** The body lacks something without which its record cannot be stored; the record has to be fetched instead. */
export class Untold extends Error {
  override name = 'Untold';
}

const LONG_NUMBER = /[\s:,[]-?\d{16,}/;

/** Reads a body. Whole numbers beyond 2^53, as some ids are, become strings of their digits. @throws Unreadable */
export function parseBody(text: string): Body {
  let value: unknown;
  try {
    value = LONG_NUMBER.test(text) ? JSON.parse(text, lossless) : JSON.parse(text);
  } catch (error) {
    // a RangeError comes of objects nested deeper than the stack
    if (error instanceof SyntaxError || error instanceof RangeError) {
      // the error's own words quote the body, which may name people
      throw new Unreadable('The body is not JSON.');
    }
    throw error;
  }
  return objectOf(value, 'The body');
}

function lossless(this: unknown, _key: string, value: unknown, context?: { source?: string }): unknown {
  const isLong = typeof value === 'number' && !Number.isSafeInteger(value);
  return isLong && /^-?\d+$/.test(context?.source ?? '') ? context!.source : value;
}

export function objectOf(value: unknown, what: string): Body {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Unreadable(`${what} is not an object.`);
  }
  return value as Body;
}

/** Null where there is none. */
export const objectIn = (body: Body, name: string): Body | null => {
  const value = valueIn(body, name);
  return value === null ? null : objectOf(value, name);
};

/** Empty where there is none. */
export function listIn(body: Body, name: string): Body[] {
  const value = valueIn(body, name) ?? [];
  if (!Array.isArray(value)) throw new Unreadable(`${name} is not a list.`);
  return value.map((item) => objectOf(item, `An item of ${name}`));
}

/** What is absent is null; own fields only, whatever the body calls itself. */
const valueIn = (body: Body, name: string): unknown => (Object.hasOwn(body, name) ? (body[name] ?? null) : null);

export const isTold = (body: Body, name: string): boolean => valueIn(body, name) !== null;

export function needed<T>(value: T | null, name: string): T {
  if (value === null) throw new Untold(`The body lacks ${name}.`);
  return value;
}

/** The id of the thing that a body is about. @throws Unreadable */
export function idOfBody(body: Body): string {
  const id = idIn(body, 'id') ?? idIn(body, 'admin_graphql_api_id');
  if (id === null) throw new Unreadable('The body has no id.');
  return id;
}

/** Digits, whether told as a number, as digits or as a gid; null where there is none. */
export function idIn(body: Body, name: string): string | null {
  const value = valueIn(body, name);
  if (value === null) return null;
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  const digits =
    typeof text === 'string' ? /^(?:gid:\/\/shopify\/\w+\/)?0*(\d{1,20})(?:\?.*)?$/.exec(text)?.[1] : undefined;
  if (digits === undefined) throw new Unreadable(`${name} is not an id of Shopify's.`);
  return storableId(digits);
}

export const textIn = (body: Body, name: string): string | null => {
  const value = stringIn(body, name);
  return value === null ? null : textOf(value);
};

export const wordIn = (body: Body, name: string): string | null =>
  textOrNull(stringIn(body, name))?.toUpperCase().slice(0, 32) ?? null;

function stringIn(body: Body, name: string): string | null {
  const value = valueIn(body, name);
  if (value !== null && typeof value !== 'string') throw new Unreadable(`${name} is not text.`);
  return value;
}

export const instantIn = (body: Body, name: string): number | null => {
  const value = stringIn(body, name);
  return value === null || value === '' ? null : instantOf(value);
};

const MAX_WHOLE = 2 ** 31 - 1;

export function wholeIn(body: Body, name: string): number | null {
  const value = valueIn(body, name);
  if (value === null) return null;
  if (!Number.isInteger(value) || Math.abs(value as number) > MAX_WHOLE) {
    throw new Unreadable(`${name} is not a whole number below 2^31.`);
  }
  return value as number;
}

/** Comma-separated, as tags are. */
export const wordsIn = (body: Body, name: string): string[] | null => {
  const value = valueIn(body, name);
  if (Array.isArray(value)) return value.map((item) => textOf(String(item))).sort();
  const words = textIn(body, name)?.split(',');
  return (
    words
      ?.map((word) => word.trim())
      .filter(Boolean)
      .sort() ?? null
  );
};

export function currencyIn(body: Body, name: string): string | null {
  const value = stringIn(body, name);
  if (value !== null && !/^[A-Z]{3,4}$/.test(value)) throw new Unreadable(`${name} is not a currency.`);
  return value;
}

/** Minor units of the shop's currency: `x_set.shop_money`, or else `x`; null where neither is told. */
export const shopMoneyIn = (body: Body, name: string, currency: string): number | null =>
  setMoneyIn(body, `${name}_set`, 'shop_money', currency) ?? amountIn(body, name, currency);

/** Minor units of what the customer saw; null where it is not told. */
export const presentmentIn = (body: Body, name: string, currency: string): number | null =>
  setMoneyIn(body, `${name}_set`, 'presentment_money', currency);

export function setMoneyIn(
  body: Body,
  name: string,
  side: 'shop_money' | 'presentment_money',
  currency: string,
): number | null {
  const money = objectIn(objectIn(body, name) ?? {}, side);
  if (money === null) return null;
  const told = currencyIn(money, 'currency_code') ?? currency;
  if (told !== currency) throw new Unreadable(`${name} is in ${told} among ${currency}.`);
  return needed(amountIn(money, 'amount', currency), `${name}.amount`);
}

/** Told as text or, here and there, as a number. */
export function amountIn(body: Body, name: string, currency: string): number | null {
  const value = valueIn(body, name);
  if (value === null) return null;
  if (typeof value !== 'string' && typeof value !== 'number') throw new Unreadable(`${name} is not an amount.`);
  return minorIn(String(value), currency);
}

export const sumOf = <T>(items: readonly T[], value: (item: T) => number): number => {
  let sum = 0;
  for (const item of items) sum += value(item);
  return sum;
};
