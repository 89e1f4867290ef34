import { createHmac } from 'node:crypto';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Browser, World } from '../integration/world.ts';
import { type Operation, pick, type Random, randomOf, textOf, valueOf } from './generate.ts';

export interface FuzzReport {
  /** How often each status was answered. */
  statuses: Record<string, number>;
  /** Routes that answered as they should at least once. */
  succeeded: Set<string>;
  /** What must not be: answers of 500 and above, and answers that the document does not tell of. */
  wrong: string[];
}

const PASSWORD = 'correct horse battery';
const JSON_TYPE = 'application/json';

/**
 * Sends generated requests to every operation of the OpenAPI document, and holds each answer against it. The same seed
 * makes the same requests. `shop` is a store of the first browser's.
 */
export async function fuzz(
  world: World,
  { browsers, shop, seed, requests, atOnce = 4 }: FuzzOptions,
): Promise<FuzzReport> {
  const { paths } = await browsers[0]!.get<{ paths: Record<string, Record<string, Operation>> }>('/api/docs/json');
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, path, method: method.toUpperCase() })),
  );
  const known: string[] = [shop];
  const stores: string[] = [];
  for (const browser of browsers) {
    const { data } = await browser.get<{ data: { id: string }[] }>('/api/tenants');
    stores.push(...data.map(({ id }) => id));
  }
  const report: FuzzReport = { statuses: {}, succeeded: new Set(), wrong: [] };
  const check = answerCheck();

  async function once(number: number): Promise<void> {
    const random = randomOf(seed * 1_000_003 + number);
    const operation = pick(random, operations);
    const request = requestOf(random, operation, { known, stores, browsers, shop });
    const told = `${operation.method} ${operation.path} (seed ${seed}, number ${number})`;
    const ending = new AbortController();
    const response = await fetch(world.url + request.path, { ...request.init, signal: ending.signal });
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
    const text = isStream ? '' : await response.text();
    ending.abort();

    report.statuses[response.status] = (report.statuses[response.status] ?? 0) + 1;
    if (response.status < 400) report.succeeded.add(`${operation.method} ${operation.path}`);
    const complaint = check(operation, response, isStream ? null : text);
    if (complaint) report.wrong.push(`${told}: ${complaint}\n  ${request.path.slice(0, 300)}`);
    for (const [, id] of text.matchAll(/"(?:id|webhookId|nextCursor)":"([^"]{1,80})"/g)) {
      if (known.length < 300 && !stores.includes(id!)) known.push(id!);
    }
    // a session may have been ended by what was sent
    if (response.status === 401) await Promise.all(browsers.map((browser) => relog(browser)));
  }

  let next = 0;
  const worker = async () => {
    while (next < requests && report.wrong.length < 20) await once(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return report;
}

export interface FuzzOptions {
  browsers: Browser[];
  shop: string;
  seed: number;
  requests: number;
  atOnce?: number;
}

async function relog(browser: Browser): Promise<void> {
  const { status } = await browser.call('GET', '/api/auth/me');
  if (status !== 401) return;
  const answer = await browser.call<{ accessToken?: string }>('POST', '/api/auth/login', {
    email: browser.email,
    password: PASSWORD,
  });
  browser.token = answer.body.accessToken ?? browser.token;
}

function requestOf(
  random: Random,
  operation: Operation,
  { known, stores, browsers, shop }: { known: string[]; stores: string[]; browsers: Browser[]; shop: string },
): { path: string; init: RequestInit } {
  const query = new URLSearchParams();
  let { path } = operation;
  for (const { name, in: place, required, schema } of operation.parameters ?? []) {
    // none of them is disconnected: it would end what all others need
    const isEnd = operation.method === 'DELETE' && operation.path.endsWith('/tenants/{id}');
    const isStore = !isEnd && (name === 'tenant_id' || (name === 'id' && operation.path.includes('/tenants/{id}')));
    const value = isStore && random() < 0.85 ? pick(random, stores) : textOf(valueOf(random, schema, known));
    if (place === 'path') path = path.replace(`{${name}}`, encodeURIComponent(value.toWellFormed()));
    else if (place === 'query' && random() < (required ? 0.97 : 0.4)) query.append(name, value);
  }
  if (random() < 0.03) query.append(pick(random, ['x', 'tenant_id', 'limit', '__proto__']), '1');

  const browser = pick(random, browsers);
  const headers: Record<string, string> = {};
  if (random() < 0.9) headers.authorization = `Bearer ${browser.token}`;
  else if (random() < 0.5)
    headers.authorization = pick(random, ['Bearer', 'Bearer x.y.z', 'Basic eDp5', `Bearer ${'a'.repeat(3_000)}`]);
  if (random() < 0.3) headers.cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  if (random() < 0.03) headers.origin = pick(random, ['null', 'https://evil.example']);

  let body: string | undefined;
  if (operation.path.startsWith('/api/shopify/webhooks')) {
    body = random() < 0.5 ? webhookBody(random, known) : textOf(valueOf(random, {}, known));
    const secret = random() < 0.7 ? 'xeno-sandbox-secret' : 'wrong';
    Object.assign(headers, {
      'x-shopify-hmac-sha256': createHmac('sha256', secret).update(body.toWellFormed()).digest('base64'),
      'x-shopify-shop-domain': shop,
      'x-shopify-topic': pick(random, ['orders/create', 'products/update', 'customers/delete', 'shop/update', 'x']),
      'x-shopify-webhook-id': String(random()),
    });
  } else if (operation.requestBody) {
    const schema = operation.requestBody.content[JSON_TYPE]?.schema ?? {};
    body = JSON.stringify(valueOf(random, schema, known)) ?? '';
    if (random() < 0.05)
      body = pick(random, ['{', '', 'null', '[]', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, '{"a":1,"a":2}']);
    headers['content-type'] = random() < 0.96 ? JSON_TYPE : pick(random, ['text/plain', 'application/xml', 'x']);
  } else if (operation.method !== 'GET' && random() < 0.1) {
    body = '{}';
    headers['content-type'] = JSON_TYPE;
  }
  const search = query.toString();
  return {
    path: `${path}${search && `?${search}`}`,
    init: {
      method: operation.method,
      headers,
      redirect: 'manual',
      ...(body !== undefined && { body: body.toWellFormed() }),
    },
  };
}

const webhookBody = (random: Random, known: string[]): string =>
  JSON.stringify({ id: Math.floor(random() * 1e12), updated_at: textOf(valueOf(random, { type: 'string' }, known)) });

/** Says what is wrong with an answer, if something is: `text` null where it does not end. */
function answerCheck() {
  const compiled = new Map<object, ReturnType<typeof Compile>>();
  return ({ responses }: Operation, response: Response, text: string | null): string | null => {
    const { status } = response;
    if (status >= 500) return `answered ${status}: ${text?.slice(0, 300)}`;
    const told = responses[status];
    if (!told) return `answered ${status}, which is not documented: ${text?.slice(0, 300)}`;
    if (text === null) return null;
    const type = response.headers.get('content-type')?.split(';')[0];
    const types = Object.keys(told.content ?? {});
    if (types.length === 0) return text === '' ? null : `answered ${status} with a body`;
    if (text === '' && (status === 302 || status === 204 || status === 200)) return null;
    const schema = told.content?.[type ?? '']?.schema;
    if (!schema) return `answered ${status} as ${type}, documented is ${types.join()}`;
    if (!/json/.test(type!)) return null;
    if (!compiled.has(schema)) compiled.set(schema, Compile(schema as TSchema));
    const contract = compiled.get(schema)!;
    const body: unknown = JSON.parse(text);
    if (contract.Check(body)) return null;
    return `answered ${status} in another shape: ${JSON.stringify(contract.Errors(body)).slice(0, 400)}`;
  };
}
