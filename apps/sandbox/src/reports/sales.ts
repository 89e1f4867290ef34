import { expectedOf, noFigures, type DayFigures } from '../store/expected.ts';
import { graphqlDecimal, roundHalfUp } from '../store/money.ts';
import type { Shop } from '../store/shop.ts';
import { moved, ParseError, parseSales, startOf, type SalesQuery } from './parse.ts';

interface Metric {
  title: string;
  of: (figures: DayFigures) => number;
  /** In minor units; otherwise a number of things. */
  money: boolean;
}

const money = (title: string, of: Metric['of']): Metric => ({ title, of, money: true });
const count = (title: string, of: Metric['of']): Metric => ({ title, of, money: false });

/** What differs from the goods' value in a refund is a reversal, too, so that net sales and all else make the total. */
const reversals = (day: DayFigures) => day.returns + day.adjustments;

const METRICS: Record<string, Metric> = {
  orders: count('Orders', (day) => day.orders),
  quantity_ordered: count('Quantity ordered', (day) => day.units),
  gross_sales: money('Gross sales', (day) => day.gross),
  discounts: money('Discounts', (day) => day.discounts),
  sales_reversals: money('Sales reversals', reversals),
  returns: money('Returns', reversals),
  net_sales: money('Net sales', (day) => day.gross + day.discounts + reversals(day)),
  shipping_charges: money('Shipping charges', (day) => day.shipping),
  taxes: money('Taxes', (day) => day.tax),
  duties: money('Duties', (day) => day.duties),
  additional_fees: money('Additional fees', (day) => day.fees),
  total_sales: money('Total sales', (day) => day.total),
  average_order_value: money('Average order value', (day) =>
    day.orders === 0 ? 0 : roundHalfUp((day.gross + day.discounts) / day.orders),
  ),
};

const NO_METADATA = { nullCellTranslations: [], rawResourceIds: [], topNRemainderColumnNames: [] };

export interface Report {
  tableData: { columns: object[]; rows: Record<string, string>[]; rowMetadata: object[] } | null;
  parseErrors: string[];
  parseWarnings: string[];
}

/** Answers a ShopifyQL query about sales from the shop's orders: from prices and refunds, not from agreements. */
export async function salesReport(shop: Shop, query: string, now: number): Promise<Report> {
  let parsed: SalesQuery;
  try {
    parsed = parseSales(query, new Set(Object.keys(METRICS)), now, shop.spec.timezone);
  } catch (error) {
    if (error instanceof ParseError) return { tableData: null, parseErrors: [error.message], parseWarnings: [] };
    throw error;
  }
  const { currency, days } = await expectedOf(shop);
  const inside = Object.entries(days).filter(
    ([date]) => (parsed.since === null || date >= parsed.since) && (parsed.until === null || date <= parsed.until),
  );
  const text = (name: string, figures: DayFigures) => {
    const { of, money: isMoney } = METRICS[name]!;
    return isMoney ? graphqlDecimal(of(figures), currency) : String(of(figures));
  };
  const all = sumOf(inside.map(([, day]) => day));
  const row = (figures: DayFigures) => Object.fromEntries(parsed.metrics.map((name) => [name, text(name, figures)]));
  const totals = parsed.totals
    ? Object.fromEntries(parsed.metrics.map((name) => [`${name}__totals`, text(name, all)]))
    : {};
  const rows = ordered(parsed, periodsOf(parsed, inside, all)).map(({ start, figures }) => ({
    ...(parsed.period === null ? {} : { [parsed.period]: start }),
    ...row(figures),
    ...totals,
  }));
  return {
    tableData: { columns: columnsOf(parsed), rows, rowMetadata: rows.map(() => NO_METADATA) },
    parseErrors: [],
    parseWarnings: parsed.metrics.includes('returns') ? ["'returns' is now called 'sales_reversals'."] : [],
  };
}

interface Row {
  start: string;
  figures: DayFigures;
}

function periodsOf(parsed: SalesQuery, days: [string, DayFigures][], all: DayFigures): Row[] {
  const { period } = parsed;
  if (period === null) return [{ start: '', figures: all }];
  const byStart = new Map<string, DayFigures[]>();
  if (parsed.gapless) {
    const last = parsed.until ?? days.at(-1)?.[0] ?? '';
    let start = startOf(parsed.since ?? days[0]?.[0] ?? last, period);
    for (; start <= last; start = moved(start, period, 1)) byStart.set(start, []);
  }
  for (const [date, day] of days) {
    const start = startOf(date, period);
    byStart.set(start, [...(byStart.get(start) ?? []), day]);
  }
  return [...byStart].map(([start, some]) => ({ start, figures: sumOf(some) }));
}

function sumOf(days: DayFigures[]): DayFigures {
  const sum = noFigures();
  for (const day of days) for (const key of Object.keys(sum) as (keyof DayFigures)[]) sum[key] += day[key];
  return sum;
}

function ordered({ order, limit }: SalesQuery, rows: Row[]): Row[] {
  const metric = order && METRICS[order.column];
  const sorted = rows.toSorted((a, b) =>
    metric ? metric.of(a.figures) - metric.of(b.figures) || (a.start < b.start ? -1 : 1) : a.start < b.start ? -1 : 1,
  );
  if (order?.descending) sorted.reverse();
  return sorted.slice(0, limit ?? undefined);
}

function columnsOf({ metrics, period, totals }: SalesQuery): object[] {
  const column = (name: string, dataType: string, displayName: string, columnOrigin = 'REQUESTED') => ({
    name,
    dataType,
    displayName,
    shortDisplayName: displayName,
    columnOrigin,
  });
  const shown = (suffix: string, title: string, origin?: string) =>
    metrics.map((name) =>
      column(name + suffix, METRICS[name]!.money ? 'MONEY' : 'INTEGER', METRICS[name]!.title + title, origin),
    );
  return [
    ...(period === null
      ? []
      : [column(period, `${period.toUpperCase()}_TIMESTAMP`, period[0]!.toUpperCase() + period.slice(1))]),
    ...shown('', ''),
    ...(totals ? shown('__totals', ' totals', 'GENERATED') : []),
  ];
}
