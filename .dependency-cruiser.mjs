// The import arrows of docs/architecture.md: bin → app → rooms → db, jobs, mail, observe, limits, http, contracts.
const src = '^apps/server/src/';
const rooms = ['shopify', 'inbox', 'ingest', 'analytics', 'stores', 'identity', 'privacy', 'teams', 'audit', 'live'];
const ground = `${src}(db|jobs|mail|observe|limits|http)/`;
const test = '\\.test\\.tsx?$';

const room = (/** @type {string[]} */ ...names) => `${src}(${names.join('|')})/`;

const forbid = (
  /** @type {string} */ name,
  /** @type {import('dependency-cruiser').IRegularForbiddenRuleType['from']} */ from,
  /** @type {import('dependency-cruiser').IRegularForbiddenRuleType['to']} */ to,
) => ({ name, severity: /** @type {const} */ ('error'), from, to });

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    // A circle of types alone runs nothing twice and waits for nothing.
    forbid('no-circles', {}, { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } }),
    forbid('no-unresolvable', {}, { couldNotResolve: true }),
    forbid(
      'no-tests-in-programs',
      { path: '^(apps|packages)/[^/]+/src/', pathNot: test },
      { path: [test, '^apps/[^/]+/test/', '^(e2e|bench|scripts)/'] },
    ),

    forbid('bin-only-starts', { path: `${src}bin/` }, { path: room(...rooms) }),
    forbid('only-bin-starts', { path: src, pathNot: [`${src}bin/`, test] }, { path: `${src}(bin/|app\\.ts)` }),
    forbid('ground-knows-no-room', { path: ground, pathNot: test }, { path: room(...rooms) }),
    // Between rooms: some ask Shopify, and every room's routes ask who is there. All else goes through app.ts.
    ...rooms.map((name) =>
      forbid(
        `${name}-keeps-to-itself`,
        { path: room(name), pathNot: test },
        {
          path: room(...rooms.filter((other) => other !== name)),
          pathNot: [
            `${src}identity/require\\.ts$`,
            ...(['inbox', 'ingest', 'stores', 'privacy'].includes(name) ? [room('shopify')] : []),
          ],
        },
      ),
    ),
    forbid(
      'only-routes-ask-who',
      { path: room(...rooms), pathNot: ['/routes\\.ts$', `${src}identity/`, test] },
      {
        path: `${src}identity/require\\.ts$`,
      },
    ),
    forbid('shopify-knows-no-tables', { path: room('shopify') }, { path: `${src}db/` }),

    forbid(
      'sandbox-shares-nothing',
      { path: '^apps/sandbox/src/' },
      { path: '^(apps/(server|dashboard)|packages/contracts)/' },
    ),
    forbid('server-stands-alone', { path: src, pathNot: test }, { path: '^apps/(sandbox|dashboard)/' }),
    forbid(
      'dashboard-knows-contracts',
      { path: '^apps/dashboard/src/' },
      { path: '^(apps/(server|sandbox)|packages/(?!contracts))' },
    ),
    forbid('contracts-know-nobody', { path: '^packages/contracts/' }, { path: '^apps/' }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['/dist/', '^infra/'] },
    tsPreCompilationDeps: true, // types are imports too
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
      mainFields: ['module', 'main', 'types', 'typings'],
    },
  },
};
