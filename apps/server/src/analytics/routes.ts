import { analytics } from '@xeno/contracts';
import type { Database } from '../db/database.ts';
import { Versioned } from '../http/kept-answers.ts';
import { handle, type HandledRoute } from '../http/routes.ts';
import { abandonedCheckouts } from './queries/abandoned-checkouts.ts';
import { ordersByDate } from './queries/orders-by-date.ts';
import { overview } from './queries/overview.ts';
import { revenue } from './queries/revenue.ts';
import { topCustomers } from './queries/top-customers.ts';
import { readPeriod, readScope, type Scope } from './scope.ts';

export function analyticsRoutes(db: Database): HandledRoute[] {
  const ask = async <T>(tenantId: string, question: (scope: Scope) => Promise<T>): Promise<T | Versioned<T>> => {
    const scope = await readScope(db, tenantId);
    const make = () => question(scope);
    return scope.version === null ? make() : new Versioned(scope.version, make);
  };
  return [
    handle(analytics.overview, ({ actor, query }) =>
      ask(actor.tenantId, (scope) => overview(scope, readPeriod(query))),
    ),
    handle(analytics.revenue, ({ actor, query }) => ask(actor.tenantId, (scope) => revenue(scope, readPeriod(query)))),
    handle(analytics.ordersByDate, ({ actor, query }) =>
      ask(actor.tenantId, (scope) => ordersByDate(scope, readPeriod(query))),
    ),
    handle(analytics.topCustomers, ({ actor, query }) =>
      ask(actor.tenantId, (scope) => topCustomers(scope, readPeriod(query), query.limit ?? 5)),
    ),
    // time alone makes a checkout an abandoned one
    handle(analytics.abandonedCheckouts, async ({ actor, query }) =>
      abandonedCheckouts(await readScope(db, actor.tenantId), readPeriod(query)),
    ),
  ];
}
