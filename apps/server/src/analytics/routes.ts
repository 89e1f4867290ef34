import { analytics } from '@xeno/contracts';
import type { Database } from '../db/database.ts';
import { handle, type HandledRoute } from '../http/routes.ts';
import { abandonedCheckouts } from './queries/abandoned-checkouts.ts';
import { ordersByDate } from './queries/orders-by-date.ts';
import { overview } from './queries/overview.ts';
import { revenue } from './queries/revenue.ts';
import { topCustomers } from './queries/top-customers.ts';
import { readPeriod, readScope } from './scope.ts';

export function analyticsRoutes(db: Database): HandledRoute[] {
  return [
    handle(analytics.overview, async ({ actor, query }) =>
      overview(await readScope(db, actor.tenantId), readPeriod(query)),
    ),
    handle(analytics.revenue, async ({ actor, query }) =>
      revenue(await readScope(db, actor.tenantId), readPeriod(query)),
    ),
    handle(analytics.ordersByDate, async ({ actor, query }) =>
      ordersByDate(await readScope(db, actor.tenantId), readPeriod(query)),
    ),
    handle(analytics.abandonedCheckouts, async ({ actor, query }) =>
      abandonedCheckouts(await readScope(db, actor.tenantId), readPeriod(query)),
    ),
    handle(analytics.topCustomers, async ({ actor, query }) =>
      topCustomers(await readScope(db, actor.tenantId), readPeriod(query), query.limit ?? 5),
    ),
  ];
}
