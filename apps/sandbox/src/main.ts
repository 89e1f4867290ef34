import { setPriority } from 'node:os';
import { parseArgs } from 'node:util';
import { startSandbox } from './index.ts';

const USAGE = `A local Shopify.

  node apps/sandbox/src/main.ts [options]      (or SANDBOX_PORT=… and so on)

  --port N              0 takes any free one (default 4010)
  --client-id ID        default xeno-sandbox-key
  --client-secret TEXT  default xeno-sandbox-secret
  --size N              orders of a shop that nobody described (default 5000)
  --data-seed N         other data for the same names
  --orders FILE         serve the orders of a .jsonl or .jsonl.gz file …
  --shop DOMAIN         … as this shop
  --timezone ZONE       of that shop (default Europe/London)
  --state FILE          keeps tokens and shops between runs
  --compliance-url URL  where customers/redact and the like are sent
  --traffic RATE        changes a second in each shop that has the app installed …
  --traffic-shops TEXT  … and a name that begins so
  --bulk-delay MS       least time a bulk operation takes (default 1000)
  --max-available N     size of the bucket of query cost (default 2000)
  --restore-rate N      points a second it regains (default 1000)
  --json                print the address as JSON
`;

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    'client-id': { type: 'string' },
    'client-secret': { type: 'string' },
    size: { type: 'string' },
    'data-seed': { type: 'string' },
    orders: { type: 'string' },
    shop: { type: 'string' },
    timezone: { type: 'string' },
    state: { type: 'string' },
    'compliance-url': { type: 'string' },
    traffic: { type: 'string' },
    'traffic-shops': { type: 'string' },
    'bulk-delay': { type: 'string' },
    'max-available': { type: 'string' },
    'restore-rate': { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

type Name = Exclude<keyof typeof values, 'json' | 'help'>;
const text = (name: Name) => values[name] ?? process.env[`SANDBOX_${name.toUpperCase().replaceAll('-', '_')}`];

function number(name: Name, form = /^\d+$/): number | undefined {
  const value = text(name);
  if (value === undefined) return undefined;
  if (!form.test(value)) fail(`--${name} must be a number, not "${value}"`);
  return Number(value);
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

if (values.help) {
  console.log(USAGE);
  process.exit(0);
}

// Shopify has machines of its own: where cores are few, the program under test goes first
try {
  setPriority(10);
} catch {
  // not allowed here
}

const sandbox = await startSandbox({
  port: number('port') ?? 4010,
  clientId: text('client-id'),
  clientSecret: text('client-secret'),
  size: number('size'),
  dataSeed: number('data-seed'),
  orders: text('orders'),
  shop: text('shop'),
  timezone: text('timezone'),
  state: text('state'),
  complianceUrl: text('compliance-url'),
  traffic: number('traffic', /^\d*\.?\d+$/),
  trafficShops: text('traffic-shops'),
  bulkDelay: number('bulk-delay'),
  maximumAvailable: number('max-available'),
  restoreRate: number('restore-rate'),
}).catch((error: unknown) => fail(`The sandbox could not start: ${(error as Error).message}`));

console.log(values.json ? JSON.stringify({ url: sandbox.url }) : `sandbox listening on ${sandbox.url}`);

const stop = () => {
  sandbox.close().then(
    () => process.exit(0),
    (error: unknown) => fail(String(error)),
  );
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
