import { localDate } from '../store/zone.ts';

/** A ShopifyQL query about sales, as far as the sandbox understands it. */
export interface SalesQuery {
  metrics: string[];
  /** Length of a row's period; null for one row of all. */
  period: Period | null;
  /** TIMESERIES has a row for every period, GROUP BY only for those in which something was sold. */
  gapless: boolean;
  totals: boolean;
  /** Local dates, both included; null for as far as there is something. */
  since: string | null;
  until: string | null;
  order: { column: string; descending: boolean } | null;
  limit: number | null;
}

export type Period = 'day' | 'month' | 'quarter' | 'week' | 'year';

export class ParseError extends Error {}

interface Token {
  text: string;
  line: number;
  column: number;
}

const PERIODS: readonly string[] = ['day', 'week', 'month', 'quarter', 'year'];
const CLAUSES = /^(FROM|SHOW|WHERE|TIMESERIES|GROUP|WITH|SINCE|UNTIL|DURING|ORDER|LIMIT|VISUALIZE|HAVING|COMPARE)$/i;

function tokens(query: string): Token[] {
  const found: Token[] = [];
  query.split('\n').forEach((text, line) => {
    for (const match of text.matchAll(/'[^']*'|"[^"]*"|\d{4}-\d{2}-\d{2}|-?\w+|[^\s\w]/g)) {
      found.push({ text: match[0], line: line + 1, column: match.index + 1 });
    }
  });
  return found;
}

/**
 * `FROM sales SHOW total_sales, orders TIMESERIES day WITH TOTALS SINCE -30d UNTIL today ORDER BY day LIMIT 100`.
 *
 * @throws ParseError with what Shopify would list in parseErrors
 */
export function parseSales(query: string, metrics: ReadonlySet<string>, now: number, timezone: string): SalesQuery {
  const all = tokens(query);
  let at = 0;
  const parsed: SalesQuery = {
    metrics: [],
    period: null,
    gapless: false,
    totals: false,
    since: null,
    until: null,
    order: null,
    limit: null,
  };
  const fail = (expected: string): never => {
    const token = all[at];
    const where = token ? `Line ${token.line} Column ${token.column}: unexpected '${token.text}'` : 'Unexpected end';
    throw new ParseError(`${where}, expecting ${expected}.`);
  };
  const is = (word: string) => all[at]?.text.toUpperCase() === word;
  const accept = (word: string): boolean => is(word) && ++at > 0;
  const expect = (word: string): void => void (accept(word) || fail(word));
  const name = (): string => {
    const text = all[at]?.text ?? '';
    if (!/^[a-z_]\w*$/i.test(text) || CLAUSES.test(text)) fail('a name');
    at++;
    return text.toLowerCase();
  };
  const names = (): string[] => {
    const list = [name()];
    while (accept(',')) list.push(name());
    return list;
  };
  const period = (): Period =>
    PERIODS.includes(all[at]?.text.toLowerCase() ?? '') ? (name() as Period) : fail('a period');
  const date = (): string => {
    const text = all[at]?.text ?? fail('a date');
    if (!DATE.test(text)) fail('a date');
    at++;
    const call = accept('(') ? all[at++]?.text : undefined;
    if (call !== undefined) expect(')');
    return dateOf(text, call, localDate(now, timezone)) ?? fail('a date');
  };

  expect('FROM');
  if (!is('SALES')) fail('sales');
  at++;
  expect('SHOW');
  parsed.metrics = names();
  for (const metric of parsed.metrics) {
    if (!metrics.has(metric)) throw new ParseError(`Column '${metric}' was not found in the schema sales.`);
  }
  while (at < all.length) {
    if (accept('TIMESERIES')) {
      parsed.period = period();
      parsed.gapless = true;
    } else if (accept('GROUP')) {
      expect('BY');
      parsed.period = period();
    } else if (accept('WITH')) parsed.totals = names().includes('totals') || fail('TOTALS');
    else if (accept('SINCE')) parsed.since = date();
    else if (accept('UNTIL')) parsed.until = date();
    else if (accept('DURING')) parsed.since = parsed.until = date();
    else if (accept('ORDER')) {
      expect('BY');
      const column = name();
      if (column !== parsed.period && !parsed.metrics.includes(column)) {
        throw new ParseError(`Column '${column}' is not shown and cannot be ordered by.`);
      }
      parsed.order = { column, descending: accept('DESC') || (accept('ASC') && false) };
    } else if (accept('LIMIT')) {
      if (!/^\d+$/.test(all[at]?.text ?? '')) fail('a number');
      parsed.limit = Number(all[at++]!.text);
    } else if (accept('VISUALIZE')) {
      // how it is drawn, which changes no rows
      while (at < all.length && !CLAUSES.test(all[at]!.text)) at++;
    } else fail('the end');
  }
  return parsed;
}

const DATE = /^(\d{4}-\d{2}-\d{2}|today|yesterday|(startOf|endOf)(Day|Week|Month|Quarter|Year)|-?\d+[dwmqy])$/i;

const LETTERS: Record<string, Period> = { d: 'day', w: 'week', m: 'month', q: 'quarter', y: 'year' };

function dateOf(text: string, call: string | undefined, today: string): string | null {
  if (/^\d/.test(text) && text.includes('-')) return Number.isNaN(Date.parse(text)) ? null : text;
  const word = text.toLowerCase();
  if (word === 'today') return today;
  if (word === 'yesterday') return moved(today, 'day', -1);
  const edge = /^(startof|endof)(\w+)$/.exec(word);
  const offset = /^(-?\d+)([dwmqy])$/.exec(edge ? (call ?? '0d') : word);
  if (!offset) return null;
  const date = moved(today, LETTERS[offset[2]!]!, Number(offset[1]));
  if (!edge) return date;
  const start = startOf(date, edge[2] as Period);
  return edge[1] === 'startof' ? start : moved(moved(start, edge[2] as Period, 1), 'day', -1);
}

/** First day of the period that a date is in; weeks begin on Sunday. */
export function startOf(date: string, period: Period): string {
  const day = new Date(`${date}T00:00:00Z`);
  const [year, month] = [day.getUTCFullYear(), day.getUTCMonth()];
  const iso = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  switch (period) {
    case 'day':
      return date;
    case 'week':
      return moved(date, 'day', -day.getUTCDay());
    case 'month':
      return iso(Date.UTC(year, month, 1));
    case 'quarter':
      return iso(Date.UTC(year, month - (month % 3), 1));
    case 'year':
      return iso(Date.UTC(year, 0, 1));
  }
}

const MONTHS: Record<string, number> = { month: 1, quarter: 3, year: 12 };

/** So many periods later, or earlier. */
export function moved(date: string, period: Period, by: number): string {
  const day = new Date(`${date}T00:00:00Z`);
  const months = MONTHS[period];
  if (months === undefined) day.setUTCDate(day.getUTCDate() + by * (period === 'week' ? 7 : 1));
  else {
    const wanted = day.getUTCDate();
    day.setUTCDate(1);
    day.setUTCMonth(day.getUTCMonth() + by * months);
    const last = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate();
    day.setUTCDate(Math.min(wanted, last));
  }
  return day.toISOString().slice(0, 10);
}
