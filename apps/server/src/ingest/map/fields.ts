import { BadAmount, toMinor } from '@xeno/contracts';

/** A record that cannot be taken as it is, and why. The others are. */
export class Unreadable extends Error {
  override name = 'Unreadable';
}

const MAX_ID = 2n ** 63n - 1n;
/** Without anything to strip or to compare. */
const USUAL_GID = /^gid:\/\/shopify\/\w+\/[1-9]\d{0,17}$/;

/** The number in a gid as digits. @throws Unreadable when it is none, or beyond 2^63 − 1, which no database here holds */
export function idOf(gid: string): string {
  if (USUAL_GID.test(gid)) return gid.slice(gid.lastIndexOf('/') + 1);
  const digits = /^gid:\/\/shopify\/\w+\/0*(\d{1,20})(?:\?|$)/.exec(gid)?.[1];
  if (digits === undefined) throw new Unreadable(`"${gid}" is not an id of Shopify's.`);
  return storableId(digits);
}

export function storableId(digits: string): string {
  if (digits.length > 18 && BigInt(digits) > MAX_ID) throw new Unreadable(`The id ${digits} is larger than 2^63 − 1.`);
  return digits;
}

/** Null for an id that no database holds: its record is refused where it is mapped, and stops no others. */
export function storableIdOf(gid: string): string | null {
  try {
    return idOf(gid);
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

export const idOrNull = (node: { id: string } | null | undefined): string | null => (node ? idOf(node.id) : null);

/** What both databases can hold. */
const FIRST_INSTANT = Date.UTC(1000, 0);
const LAST_INSTANT = Date.UTC(9999, 0);

/** In whole seconds, as Shopify tells most: two ways of telling one instant must not differ by less. */
export function instantOf(text: string): number {
  const instant = Date.parse(text);
  if (!(instant >= FIRST_INSTANT && instant < LAST_INSTANT)) throw new Unreadable(`"${text}" is not an instant.`);
  return instant - (((instant % 1000) + 1000) % 1000);
}

export const instantOrNull = (text: string | null | undefined): number | null => (text ? instantOf(text) : null);

/** Text as both databases can hold it: no NUL, no half of a surrogate pair. */
export const textOf = (text: string): string => text.replaceAll('\0', '').toWellFormed();

/** Null for an empty one too: GraphQL and webhooks do not agree about which they use. */
export const textOrNull = (text: string | null | undefined): string | null => textOf(text ?? '') || null;

/** For columns of limited width, whose values are words of Shopify's. */
export const wordOrNull = (word: string | null | undefined): string | null => textOrNull(word)?.slice(0, 32) ?? null;

/** Sorted, since the order of tags and codes means nothing. */
export const textsOf = (texts: readonly string[]): string[] => texts.map(textOf).sort();

interface Money {
  amount: string;
  currencyCode: string;
}

/** Minor units. @throws Unreadable for more decimals than the currency has, or another currency than `currency` */
export function minorOf({ amount, currencyCode }: Money, currency: string): number {
  if (currencyCode !== currency) throw new Unreadable(`An amount in ${currencyCode} stands among ${currency}.`);
  return minorIn(amount, currency);
}

/** Minor units, of which ninety add up exactly. That is a million million dollars or rupiah. */
const MAX_AMOUNT = 1e14;

/**
 * Minor units of an amount that is known to be in `currency`.
 * @throws Unreadable for more decimals than it has, or an amount above MAX_AMOUNT
 */
export function minorIn(amount: string, currency: string): number {
  let minor: number;
  try {
    minor = toMinor(amount, currency);
  } catch (error) {
    if (error instanceof BadAmount) throw new Unreadable(error.message);
    throw error;
  }
  if (Math.abs(minor) > MAX_AMOUNT) throw new Unreadable(`"${amount}" ${currency} is too large an amount.`);
  return minor;
}

/** Which of two ids is the smaller number. */
export const compareIds = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);

export const byId = (a: { id: string }, b: { id: string }): number => compareIds(a.id, b.id);

/** What belongs to an order or product, sorted by id; told twice, the last counts. */
export const inOrder = <T extends { id: string }>(items: T[]): T[] =>
  items.sort(byId).filter(({ id }, i) => id !== items[i + 1]?.id);
