/**
 * Exact arithmetic on decimal strings, as the API gives money. A `Decimal` is an integer of minor units and how many
 * decimals those have; floats appear only where a chart turns an amount into pixels.
 */
export interface Decimal {
  minor: bigint;
  decimals: number;
}

export function parseDecimal(text: string): Decimal {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) throw new RangeError(`not a decimal number: ${text}`);
  const [, sign, whole = '', fraction = ''] = match;
  const minor = BigInt(whole + fraction);
  return { minor: sign ? -minor : minor, decimals: fraction.length };
}

export function toText({ minor, decimals }: Decimal): string {
  const digits = (minor < 0n ? -minor : minor).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const text = decimals ? `${whole}.${digits.slice(-decimals)}` : whole;
  return minor < 0n ? `-${text}` : text;
}

const rescale = ({ minor, decimals }: Decimal, to: number): bigint => minor * 10n ** BigInt(to - decimals);

export function add(a: Decimal, b: Decimal): Decimal {
  const decimals = Math.max(a.decimals, b.decimals);
  return { minor: rescale(a, decimals) + rescale(b, decimals), decimals };
}

export const negate = ({ minor, decimals }: Decimal): Decimal => ({ minor: -minor, decimals });

/** The sum of decimal strings, with as many decimals as the most exact of them. */
export const sum = (amounts: Iterable<string>): string => {
  let total: Decimal = { minor: 0n, decimals: 0 };
  for (const amount of amounts) total = add(total, parseDecimal(amount));
  return toText(total);
};

export interface Change {
  /** current − base, exact. */
  difference: string;
  /** difference / |base| in thousandths, rounded half away from zero; null when the base is zero. */
  permille: bigint | null;
}

export function change(current: string, base: string): Change {
  const from = parseDecimal(base);
  const by = add(parseDecimal(current), negate(from));
  const divisor = rescale(from, by.decimals);
  return { difference: toText(by), permille: divisor === 0n ? null : divideRounded(by.minor * 1000n, abs(divisor)) };
}

const abs = (n: bigint): bigint => (n < 0n ? -n : n);

const divideRounded = (n: bigint, positive: bigint): bigint => {
  const magnitude = (abs(n) * 2n + positive) / (positive * 2n);
  return n < 0n ? -magnitude : magnitude;
};

export const isZero = (amount: string): boolean => parseDecimal(amount).minor === 0n;
