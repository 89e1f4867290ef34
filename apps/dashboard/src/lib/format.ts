import type { Money } from '@xeno/contracts';
import { parseDecimal } from './money.ts';
import type { Day } from './dates.ts';

/** Everything is written the way the viewer's browser asks for; money in its own currency. */
const locale = navigator.language;

const cached = <T>(make: (key: string) => T): ((key: string) => T) => {
  const made = new Map<string, T>();
  return (key) => {
    const known = made.get(key) ?? make(key);
    made.set(key, known);
    return known;
  };
};

/** `Intl` takes a decimal string exactly, beyond what a float could hold. */
const exactly = (amount: string) => amount as Intl.StringNumericLiteral;

/** Codes of other than three letters, as Shopify's USDC, `Intl` refuses: they are written behind the number. */
function currencyFormat(currency: string, options: Intl.NumberFormatOptions): Pick<Intl.NumberFormat, 'format'> {
  if (currency.length === 3) return new Intl.NumberFormat(locale, { style: 'currency', currency, ...options });
  const plain = new Intl.NumberFormat(locale, options);
  return { format: (value) => `${plain.format(value)}\u00a0${currency}` };
}

const moneyFormat = cached((key) => {
  const [currency = '', digits, sign] = key.split('|');
  return currencyFormat(currency, {
    minimumFractionDigits: Number(digits),
    maximumFractionDigits: Number(digits),
    signDisplay: sign === '±' ? 'exceptZero' : 'auto',
  });
});

/** All decimals the API gave: it knows ISO 4217's number of them, which `Intl` cuts for some currencies. */
export const formatMoney = ({ amount, currencyCode }: Money, sign: '' | '±' = ''): string =>
  moneyFormat(`${currencyCode}|${parseDecimal(amount).decimals}|${sign}`).format(exactly(amount));

const compactMoney = cached((currency) =>
  currencyFormat(currency, {
    currencyDisplay: 'narrowSymbol',
    notation: 'compact',
    maximumSignificantDigits: 3,
  }),
);
/** For chart axes only: it rounds. */
export const formatMoneyCompact = (value: number, currencyCode: string): string =>
  compactMoney(currencyCode).format(value);

const compactCount = new Intl.NumberFormat(locale, { notation: 'compact', maximumSignificantDigits: 3 });
export const formatCountCompact = (value: number): string => compactCount.format(value);

const count = new Intl.NumberFormat(locale);
const signedCount = new Intl.NumberFormat(locale, { signDisplay: 'exceptZero' });
export const formatCount = (value: number): string => count.format(value);
export const formatSignedCount = (value: string): string => signedCount.format(exactly(value));

const percent = new Intl.NumberFormat(locale, {
  style: 'percent',
  maximumFractionDigits: 1,
  signDisplay: 'exceptZero',
});
const bigPercent = new Intl.NumberFormat(locale, {
  style: 'percent',
  notation: 'compact',
  maximumFractionDigits: 1,
  signDisplay: 'exceptZero',
});
/** A change in thousandths as a signed percentage; "–" where there was nothing to compare with. */
export function formatPermille(permille: bigint | null): string {
  if (permille === null) return '–';
  const ratio = Number(permille) / 1000;
  return Math.abs(ratio) >= 100 ? bigPercent.format(ratio) : percent.format(ratio);
}

const dayFormats = {
  day: new Intl.DateTimeFormat(locale, { timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' }),
  weekday: new Intl.DateTimeFormat(locale, {
    timeZone: 'UTC',
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  }),
  tick: new Intl.DateTimeFormat(locale, { timeZone: 'UTC', day: 'numeric', month: 'short' }),
  tickWithYear: new Intl.DateTimeFormat(locale, { timeZone: 'UTC', day: 'numeric', month: 'short', year: '2-digit' }),
  month: new Intl.DateTimeFormat(locale, { timeZone: 'UTC', month: 'short', year: 'numeric' }),
};
const utc = (day: Day) => new Date(`${day}T00:00:00Z`);
export const formatDay = (day: Day, style: keyof typeof dayFormats = 'day'): string =>
  dayFormats[style].format(utc(day));
export const formatDays = (from: Day, to: Day): string =>
  from === to ? formatDay(from) : dayFormats.day.formatRange(utc(from), utc(to));

const instant = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
const instantWithZone = new Intl.DateTimeFormat(locale, {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
});
export const formatInstant = (iso: string): string => instant.format(Date.parse(iso));
export const formatInstantFully = (iso: string): string => instantWithZone.format(Date.parse(iso));

const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];
export function formatAgo(iso: string, now: number): string {
  const seconds = Math.min(0, Math.round((Date.parse(iso) - now) / 1000));
  if (seconds > -45) return 'just now';
  const [unit, size] = UNITS.find(([, size]) => -seconds >= size) ?? ['minute', 60];
  return relative.format(Math.round(seconds / size), unit);
}

/** `75` → "1 min 15 s"; the two largest units, as nobody needs the seconds of an hour. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (h) return m ? `${h} h ${m} min` : `${h} h`;
  if (m) return s ? `${m} min ${s} s` : `${m} min`;
  return `${s} s`;
}

/** The first day of a week where the viewer lives, 0 for Sunday, as calendars want it. */
export function firstDayOfWeek(): 0 | 1 | 2 | 3 | 4 | 5 | 6 {
  const info = new Intl.Locale(locale) as Intl.Locale & { getWeekInfo?: () => { firstDay: number } };
  return ((info.getWeekInfo?.().firstDay ?? 1) % 7) as 0 | 1 | 2 | 3 | 4 | 5 | 6;
}
