/** Money inside the sandbox is an integer in minor units of its currency (ISO 4217). */

const DECIMALS: Record<string, number> = {
  ...Object.fromEntries(
    'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 0]),
  ),
  ...Object.fromEntries('BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3])),
};

export function decimalsOf(currency: string): number {
  return DECIMALS[currency] ?? 2;
}

/** With exactly the currency's decimals: "20.00", JPY "20", KWD "20.000". */
export function fixedDecimal(minor: number, currency: string): string {
  const decimals = decimalsOf(currency);
  if (decimals === 0) return String(minor);
  const digits = String(Math.abs(minor)).padStart(decimals + 1, '0');
  const sign = minor < 0 ? '-' : '';
  return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** ".0", ".01" … ".99" by minor units, and the same with three decimals. */
const FRACTIONS = [1, 100, 1000].map((units) =>
  Array.from({ length: units }, (_, i) =>
    (i / units)
      .toFixed(3)
      .slice(1)
      .replace(/(?<=\.\d+)0+$/, ''),
  ),
);

/** As GraphQL's Decimal writes money: no trailing zeros, but always one decimal ("20.0", "20.5", "-0.75"). */
export function graphqlDecimal(minor: number, currency: string): string {
  const decimals = DECIMALS[currency] ?? 2;
  const fractions = FRACTIONS[decimals === 0 ? 0 : decimals - 1]!;
  const absolute = Math.abs(minor);
  const fraction = fractions[absolute % fractions.length]!;
  return (minor < 0 ? '-' : '') + Math.floor(absolute / fractions.length) + fraction;
}

/** Minor units of a decimal string or number; more decimals than the currency has are an error, never rounded. */
export function parseMoney(value: string | number, currency: string): number {
  const text = String(value).trim();
  const match = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text);
  if (!match) throw new Error(`"${text}" is not a decimal amount`);
  const decimals = decimalsOf(currency);
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  if (fraction.length > decimals) throw new Error(`"${text}" has more decimals than ${currency} allows`);
  const minor = Number(match[2]! + fraction.padEnd(decimals, '0'));
  if (!Number.isSafeInteger(minor)) throw new Error(`"${text}" is too large`);
  return match[1] && minor !== 0 ? -minor : minor;
}

/** Splits total in proportion to the weights; the parts sum to total exactly (largest remainder). */
export function allocate(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  if (sum === 0) return weights.map((_, i) => (i === 0 ? total : 0));
  const exact = weights.map((weight) => (total * weight) / sum);
  const parts = exact.map(Math.trunc);
  let rest = total - parts.reduce((a, b) => a + b, 0);
  const order = exact.map((_, i) => i).sort((a, b) => Math.abs(exact[b]! % 1) - Math.abs(exact[a]! % 1) || a - b);
  for (let k = 0; rest !== 0; k = (k + 1) % order.length) {
    const step = Math.sign(rest);
    parts[order[k]!]! += step;
    rest -= step;
  }
  return parts;
}

/** What falls on units from … from+count of `of` units; consecutive slices sum to total exactly. */
export function sliceOfUnits(total: number, from: number, count: number, of: number): number {
  if (of === 0) return 0;
  return roundHalfUp((total * (from + count)) / of) - roundHalfUp((total * from) / of);
}

export function roundHalfUp(value: number): number {
  return Math.sign(value) * Math.round(Math.abs(value));
}

/** In the other currency, at `rate` units of it for one unit of the shop's. */
export function convert(minor: number, from: string, to: string, rate: number): number {
  if (from === to) return minor;
  return roundHalfUp(minor * rate * 10 ** (decimalsOf(to) - decimalsOf(from)));
}
