/** The currencies, most of ISO 4217, whose number of decimals is not two. */
const DECIMALS: Record<string, number> = {
  ...Object.fromEntries(
    'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 0]),
  ),
  ...Object.fromEntries('BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3])),
  ...Object.fromEntries('CLF UYW'.split(' ').map((code) => [code, 4])),
  USDC: 6, // a stablecoin that Shopify lists among them
};

/** How many decimals ISO 4217 gives a currency. Not from `Intl`, which shows fewer for some. */
export const decimalsOf = (currency: string): number => DECIMALS[currency] ?? 2;

/** An amount that is no decimal number, or has more decimals than its currency. */
export class BadAmount extends Error {
  override name = 'BadAmount';
}

/**
 * Minor units of a decimal string such as Shopify's "20.0", exactly.
 * @throws BadAmount when it is no decimal number, has decimals that the currency has not, or exceeds 2^53 − 1
 */
export function toMinor(amount: string, currency: string): number {
  // whoever sends it may send no text
  if (typeof (amount as unknown) !== 'string') throw notDecimal(amount);
  const decimals = decimalsOf(currency);
  const isNegative = amount.startsWith('-');
  let minor = 0;
  /** Behind the point, which stands between digits; null before it. */
  let given: number | null = null;
  let digits = 0;
  for (let i = isNegative ? 1 : 0; i < amount.length; i++) {
    const digit = amount.charCodeAt(i) - ZERO;
    if (digit >= 0 && digit <= 9) {
      digits++;
      if (given === null || ++given <= decimals) minor = 10 * minor + digit;
      else if (digit !== 0) throw new BadAmount(`"${amount}" has more decimals than ${currency} allows (${decimals}).`);
    } else if (digit === POINT && given === null && digits > 0) {
      given = 0;
    } else {
      throw notDecimal(amount);
    }
  }
  if (digits === 0 || given === 0) throw notDecimal(amount);
  for (let i = given ?? 0; i < decimals; i++) minor *= 10;
  if (!Number.isSafeInteger(minor)) throw new BadAmount(`"${amount}" ${currency} is too large.`);
  return isNegative && minor !== 0 ? -minor : minor; // not -0
}

const ZERO = '0'.charCodeAt(0);
const POINT = '.'.charCodeAt(0) - ZERO;
const notDecimal = (amount: string) => new BadAmount(`"${amount}" is not a decimal amount.`);

/** The decimal string of minor units (whole; a number below 2^53), with as many decimals as the currency has: (123450n, 'GBP') → "1234.50". */
export function toDecimal(minor: bigint | number, currency: string): string {
  const decimals = decimalsOf(currency);
  const text = minor.toString();
  const sign = text.startsWith('-') ? '-' : '';
  const digits = text.slice(sign.length).padStart(decimals + 1, '0');
  return decimals === 0 ? sign + digits : `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
