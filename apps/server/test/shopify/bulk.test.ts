import { describe, expect, it } from 'vitest';
import { listRunningBulk, pollBulk, runBulk } from '../../src/shopify/bulk.ts';
import { createShopifyClient } from '../../src/shopify/client.ts';
import { BulkFailed, ShopifyRefused } from '../../src/shopify/errors.ts';
import { fakeClock, json, networkError, scriptedFetch, staticTokens } from './doubles.ts';

let shops = 0;
function world(...replies: Parameters<typeof scriptedFetch>) {
  const { fetch, sent } = scriptedFetch(...replies);
  const clock = fakeClock();
  const shop = `bulk-${++shops}.myshopify.com`;
  return { client: createShopifyClient({ shop, tokens: staticTokens, fetch, clock, random: () => 1 }), clock, sent };
}

const ID = 'gid://shopify/BulkOperation/9007199254740993';
const created = () => json({ data: { bulkOperationRunQuery: { bulkOperation: { id: ID }, userErrors: [] } } });
const refused = (code: string) =>
  json({
    data: { bulkOperationRunQuery: { bulkOperation: null, userErrors: [{ code, field: null, message: code }] } },
  });
const listed = (...nodes: object[]) =>
  json({ data: { bulkOperations: { nodes, pageInfo: { hasNextPage: false, endCursor: null } } } });
const polled = (fields: object) =>
  json({
    data: {
      bulkOperation: {
        id: ID,
        status: 'RUNNING',
        errorCode: null,
        createdAt: '2026-11-01T12:00:00Z',
        objectCount: '0',
        url: null,
        ...fields,
      },
    },
  });

describe('runBulk', () => {
  it('starts the query without grouping and gives the id', async () => {
    const { client, sent } = world(created());
    expect(await runBulk(client, '{ orders { edges { node { id } } } }')).toBe(ID);
    expect(sent[0]?.body.query).toContain('groupObjects: false');
    expect(sent[0]?.body.variables).toEqual({ query: '{ orders { edges { node { id } } } }' });
  });

  it.each(['LIMIT_REACHED', 'OPERATION_IN_PROGRESS'])(
    'waits its turn while all places are taken (%s)',
    async (code) => {
      const { client, clock } = world(refused(code), refused(code), refused(code), created());
      expect(await runBulk(client, 'q')).toBe(ID);
      expect(clock.slept).toEqual([2000, 4000, 8000]);
    },
  );

  it('does not wait for ever', async () => {
    const { client, clock } = world(refused('LIMIT_REACHED'));
    await expect(runBulk(client, 'q', { maxWaitMs: 60_000 })).rejects.toMatchObject({
      code: 'BULK_FAILED',
      failure: 'SLOTS_TAKEN',
      retryable: true,
    });
    expect(clock.slept).toEqual([2000, 4000, 8000, 16000, 30000]);
  });

  it('does not wait when the query is wrong', async () => {
    const { client, clock } = world(refused('INVALID'));
    await expect(runBulk(client, 'q')).rejects.toThrow(ShopifyRefused);
    expect(clock.slept).toEqual([]);
  });

  it('after a lost answer takes over the operation that was started, instead of a second one', async () => {
    const started = { id: ID, status: 'RUNNING', type: 'QUERY', createdAt: '2026-11-01T12:00:00Z', query: 'q' };
    const other = { ...started, id: 'gid://shopify/BulkOperation/1', query: 'another' };
    const ended = { ...started, id: 'gid://shopify/BulkOperation/2', status: 'COMPLETED' };
    const { client, sent } = world(networkError('ECONNRESET'), listed(other, ended, started));
    expect(await runBulk(client, 'q')).toBe(ID);
    expect(sent.map(({ body }) => body.operationName)).toEqual(['BulkRun', 'BulkList']);
  });

  it('after a lost answer leaves alone what was started earlier, and knows nothing of what has happened since', async () => {
    const former = {
      id: 'gid://shopify/BulkOperation/1',
      status: 'RUNNING',
      type: 'QUERY',
      createdAt: '2026-11-01T11:59:57Z',
      query: 'q',
    };
    const { client, sent } = world(networkError('ECONNRESET'), listed(former), created());
    expect(await runBulk(client, 'q')).toBe(ID);
    expect(sent.map(({ body }) => body.operationName)).toEqual(['BulkRun', 'BulkList', 'BulkRun']);
  });

  it('after a lost answer starts it again if nothing was started', async () => {
    const { client, sent } = world(networkError('ECONNRESET'), listed(), created());
    expect(await runBulk(client, 'q')).toBe(ID);
    expect(sent.map(({ body }) => body.operationName)).toEqual(['BulkRun', 'BulkList', 'BulkRun']);
  });
});

describe('onWait', () => {
  const over = new Error('the turn is over');
  const end = () => {
    throw over;
  };

  it('is called before each pause, and what it throws ends the waiting', async () => {
    let waits = 0;
    const taken = world(refused('LIMIT_REACHED'), refused('LIMIT_REACHED'), created());
    expect(await runBulk(taken.client, 'q', { onWait: () => waits++ })).toBe(ID);
    const slow = world(polled({}), polled({}), polled({ status: 'COMPLETED' }));
    await pollBulk(slow.client, ID, { onWait: () => waits++ });
    expect(waits).toBe(4);

    const [first, second] = [world(refused('LIMIT_REACHED')), world(polled({}))];
    await expect(runBulk(first.client, 'q', { onWait: end })).rejects.toBe(over);
    await expect(pollBulk(second.client, ID, { onWait: end })).rejects.toBe(over);
    expect([...first.clock.slept, ...second.clock.slept]).toEqual([]);
  });

  it('does not leave an operation behind that may have been started', async () => {
    const started = { id: ID, status: 'RUNNING', type: 'QUERY', createdAt: '2026-11-01T12:00:00Z', query: 'q' };
    const { client } = world(networkError('ECONNRESET'), listed(started));
    expect(await runBulk(client, 'q', { onWait: end })).toBe(ID);
  });
});

describe('pollBulk', () => {
  it('asks as rarely as the operation is old, whoever has waited for it before', async () => {
    const { client, clock } = world(
      polled({ createdAt: '2026-11-01T11:59:00Z' }),
      polled({ createdAt: '2026-11-01T11:59:00Z', status: 'COMPLETED' }),
    );
    await pollBulk(client, ID);
    expect(clock.slept).toEqual([12_000]);
    const old = world(polled({ createdAt: '2026-10-22T11:59:59Z' }));
    await expect(pollBulk(old.client, ID)).rejects.toMatchObject({ failure: 'UNFINISHED' });
  });

  it('asks ever more rarely, and gives the count as a number', async () => {
    const { client, clock } = world(
      polled({ status: 'CREATED' }),
      polled({ objectCount: '10' }),
      ...Array.from({ length: 40 }, () => polled({ objectCount: '10' })),
      polled({
        status: 'COMPLETED',
        objectCount: '12',
        url: 'https://storage.googleapis.com/x',
      }),
    );
    expect(await pollBulk(client, ID)).toEqual({
      url: 'https://storage.googleapis.com/x',
      objectCount: 12,
      createdAt: new Date('2026-11-01T12:00:00Z'),
    });
    expect(clock.slept.slice(0, 5)).toEqual([500, 500, 500, 500, 500]);
    expect(clock.slept.toSorted((a, b) => a - b)).toEqual(clock.slept);
    expect(clock.slept.at(-1)).toBe(30_000);
  });

  it('an empty result has no URL', async () => {
    const { client } = world(polled({ status: 'COMPLETED' }));
    expect(await pollBulk(client, ID)).toMatchObject({ url: null, objectCount: 0 });
  });

  it.each([
    [polled({ status: 'COMPLETED', objectCount: '5' }), 'RESULT_MISSING', 'again', true],
    [polled({ status: 'FAILED', errorCode: 'ACCESS_DENIED' }), 'ACCESS_DENIED', 'none', false],
    [polled({ status: 'FAILED', errorCode: 'INTERNAL_SERVER_ERROR' }), 'INTERNAL_SERVER_ERROR', 'again', true],
    [polled({ status: 'FAILED', errorCode: 'TIMEOUT' }), 'TIMEOUT', 'split', true],
    [polled({ status: 'FAILED' }), 'FAILED', 'again', true],
    [polled({ status: 'CANCELED' }), 'CANCELED', 'again', true],
    [polled({ status: 'CANCELING' }), 'CANCELED', 'again', true],
    [polled({ status: 'EXPIRED' }), 'EXPIRED', 'split', true],
    [json({ data: { bulkOperation: null } }), 'NOT_FOUND', 'again', true],
  ])('says why an operation failed and what helps (%#)', async (reply, failure, remedy, retryable) => {
    const { client } = world(reply);
    const error: unknown = await pollBulk(client, ID).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BulkFailed);
    expect(error).toMatchObject({
      failure,
      remedy,
      retryable,
      message: expect.stringContaining(failure),
    });
  });

  it('gives up after the time allowed, and when it is stopped', async () => {
    const slow = world(polled({}));
    await expect(pollBulk(slow.client, ID, { maxWaitMs: 60_000 })).rejects.toMatchObject({ failure: 'UNFINISHED' });
    const reason = new Error('stopping');
    const stop = new AbortController();
    const stopped = world(polled({}));
    const poll = pollBulk(stopped.client, ID, { signal: stop.signal });
    stop.abort(reason);
    await expect(poll).rejects.toBe(reason);
  });

  it('refuses counts that are none', async () => {
    const { client } = world(polled({ status: 'COMPLETED', objectCount: 'many' }));
    await expect(pollBulk(client, ID)).rejects.toThrow(/Not a count/);
  });
});

describe('listRunningBulk', () => {
  it('lists through all pages what holds a place', async () => {
    const node = (id: string, status: string, type = 'QUERY') => ({ id, status, type, createdAt: '', query: '' });
    const page = (nodes: object[], hasNextPage: boolean) =>
      json({ data: { bulkOperations: { nodes, pageInfo: { hasNextPage, endCursor: 'c1' } } } });
    const { client, sent } = world(
      page([node('1', 'COMPLETED'), node('2', 'RUNNING'), node('3', 'RUNNING', 'MUTATION')], true),
      page([node('4', 'CREATED'), node('5', 'CANCELING'), node('6', 'FAILED')], false),
    );
    expect((await listRunningBulk(client)).running.map(({ id }) => id)).toEqual(['2', '4', '5']);
    expect(sent.map(({ body }) => body.variables.after)).toEqual([null, 'c1']);
  });
});
