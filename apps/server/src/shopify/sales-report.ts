import type { ShopifyClient } from './client.ts';
import { ShopifyRefused } from './errors.ts';
import { SalesReportDocument } from './operations/generated.ts';

/**
 * Shopify's own total sales per day of the store's calendar, as decimals of its currency; needs `read_reports`. Days
 * without sales may be absent. Rule: https://shopify.dev/docs/api/shopifyql
 */
export async function salesPerDay(
  client: ShopifyClient,
  days: { from: string; to: string },
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  const query = `FROM sales SHOW total_sales TIMESERIES day SINCE ${days.from} UNTIL ${days.to}`;
  const { data } = await client.query(SalesReportDocument, { query }, { signal });
  const answer = data.shopifyqlQuery;
  if (!answer?.tableData || answer.parseErrors.length > 0) {
    throw new ShopifyRefused(client.shop, answer?.parseErrors.join('; ') ?? 'no sales report was made.');
  }
  const { columns, rows } = answer.tableData;
  if (!Array.isArray(rows)) throw new ShopifyRefused(client.shop, 'the sales report has no rows.');
  const names = columns.map(({ name }) => name);
  // a row is an object by column, or a list in their order
  const cell = (row: unknown, name: string): string | null => {
    const value = (Array.isArray(row) ? row[names.indexOf(name)] : (row as Record<string, unknown>)[name]) as unknown;
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
  };
  return new Map(
    rows.flatMap((row: unknown) => {
      const [day, total] = [cell(row, 'day'), cell(row, 'total_sales')];
      return day === null ? [] : [[day.slice(0, 10), total ?? '0'] as const];
    }),
  );
}
