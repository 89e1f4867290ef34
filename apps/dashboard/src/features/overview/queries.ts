import { analytics, type Overview, type Revenue, type TopCustomers } from '@xeno/contracts';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { call } from '../../lib/session.ts';
import type { Range } from './periods.ts';

export interface OverviewFigures {
  totals: Overview;
  days: Revenue;
  customers: TopCustomers;
  before: { totals: Overview; days: Revenue } | null;
  /** The periods these figures are of: while others are loading, these are still shown. */
  range: Range | null;
  compared: Range | null;
}

/**
 * All of one page's figures together, so that a period's numbers are never beside another's. While a period loads the
 * former one stays; not so with a store, whose page is another component altogether.
 */
export const figuresOf = (tenantId: string, range: Range | null, compared: Range | null, hurry: boolean) =>
  queryOptions({
    queryKey: ['tenant', tenantId, 'figures', range, compared],
    queryFn: async (): Promise<OverviewFigures> => {
      const of = (days: Range | null) => ({ query: { tenant_id: tenantId, ...days } });
      const [totals, days, customers, totalsBefore, daysBefore] = await Promise.all([
        call(analytics.overview, of(range)),
        call(analytics.revenue, of(range)),
        call(analytics.topCustomers, { query: { ...of(range).query, limit: 10 } }),
        compared && call(analytics.overview, of(compared)),
        compared && call(analytics.revenue, of(compared)),
      ]);
      const before = totalsBefore && daysBefore && { totals: totalsBefore, days: daysBefore };
      return { totals, days, customers, before, range, compared };
    },
    placeholderData: keepPreviousData,
    // the stream says when they change; this is for when there is none
    refetchInterval: hurry ? 3000 : 60_000,
  });
