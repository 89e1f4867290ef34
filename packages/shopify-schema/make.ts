/**
 * Makes admin_2026-10.graphql and admin_2026-10.scopes.json from the official npm package
 * @shopify/dev-mcp (ISC, see LICENSE.shopify): the Admin GraphQL schema without descriptions,
 * and the access scopes that its types and fields need.
 *
 *   npm run make -w @xeno/shopify-schema
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { buildClientSchema, lexicographicSortSchema, printSchema, type IntrospectionQuery } from 'graphql';

const PACKAGE = '@shopify/dev-mcp@1.16.0';
const VERSION = '2026-10';

interface OfflineScope {
  type: 'type' | 'field';
  typeName: string;
  fieldName?: string;
  offlineScopes: string[];
}

function withoutDescriptions<T>(node: T): T {
  if (Array.isArray(node)) return node.map(withoutDescriptions) as T;
  if (node === null || typeof node !== 'object') return node;
  const entries = Object.entries(node).filter(
    ([key, value]) => !(key === 'description' && (value === null || typeof value === 'string')),
  );
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutDescriptions(value)])) as T;
}

const folder = mkdtempSync(join(tmpdir(), 'shopify-schema-'));
try {
  execFileSync('npm', ['pack', '--silent', PACKAGE], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  execFileSync('tar', ['xzf', 'shopify-dev-mcp-1.16.0.tgz'], { cwd: folder });
  const data = join(folder, 'package/dist/data', `admin_${VERSION}.json.gz`);
  const source = JSON.parse(gunzipSync(readFileSync(data)).toString('utf8')) as {
    data: IntrospectionQuery;
    offline_scopes: { items: OfflineScope[] };
  };

  const schema = lexicographicSortSchema(buildClientSchema(withoutDescriptions(source.data)));
  writeFileSync(join(import.meta.dirname, `admin_${VERSION}.graphql`), printSchema(schema) + '\n');

  // { "Order": ["read_orders"], "Order.customer": ["read_customers"] }: any one of the scopes is enough
  const scopes: Record<string, string[]> = {};
  for (const item of source.offline_scopes.items) {
    if (item.offlineScopes.length === 0) continue;
    scopes[item.type === 'type' ? item.typeName : `${item.typeName}.${item.fieldName}`] = item.offlineScopes;
  }
  const sorted = Object.fromEntries(Object.entries(scopes).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(join(import.meta.dirname, `admin_${VERSION}.scopes.json`), JSON.stringify(sorted, null, 1) + '\n');
  copyFileSync(join(folder, 'package/LICENSE'), join(import.meta.dirname, 'LICENSE.shopify'));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
