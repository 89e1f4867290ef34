import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../observe/log.ts';
import { Compressed, isCompressed, TooLarge } from '../http/errors.ts';
import { answerTo, logIfOurs } from '../http/problems.ts';

/** Of a webhook's body, in bytes: an order of a thousand lines has some two million. */
const LONGEST_BODY = 5 * 1024 * 1024;
const PATH = /^\/api\/shopify\/webhooks(?:\/([\w-]+))?$/;

export interface EndpointDeps {
  /** Resolves when the delivery is committed. */
  receive(key: string | null, headers: IncomingHttpHeaders, body: Buffer): Promise<void>;
  log: Log;
  /** Of a request that went well. */
  level: 'info' | 'debug';
  /** Of an answer that could be shown. */
  headers: Readonly<Record<string, string>>;
}

export interface WebhookEndpoint {
  /** Answers what is plainly a delivery; false where the framework has to look at the request. */
  takes(request: IncomingMessage, response: ServerResponse): boolean;
  /** Answers a delivery to the store whose key this is, or to the app (null). Its body must not have been read. */
  answer(key: string | null, request: IncomingMessage, response: ServerResponse): void;
  /** From now on each answer closes its connection: otherwise closing would wait for those that were busy when it began. */
  drain(): void;
}

/**
 * Where deliveries are answered: on Node's own request and response, since the framework would take a third of the time
 * that a delivery takes. 200 once it is committed.
 */
export function createWebhookEndpoint({ receive, log, level, headers }: EndpointDeps): WebhookEndpoint {
  let isClosing = false;

  function answer(key: string | null, request: IncomingMessage, response: ServerResponse): void {
    const id = randomUUID();
    const began = performance.now();
    const end = (status: number, more: Record<string, string | number>, body?: string) => {
      if (isClosing) response.shouldKeepAlive = false;
      response.writeHead(status, { 'x-request-id': id, 'cache-control': 'no-store', ...more }).end(body);
      const ms = Math.round((performance.now() - began) * 10) / 10;
      log[level]({ reqId: id, method: request.method, url: request.url, status, ms }, 'request');
    };
    const refuse = (error: unknown) => {
      const { problem, headers: its } = answerTo(error);
      logIfOurs(log, error, { reqId: id });
      end(problem.status, { ...headers, ...its }, JSON.stringify(problem));
    };
    readBody(request)
      .then((body) => receive(key, request.headers, body))
      .then(() => end(200, { 'content-length': 0 }), refuse);
  }

  return {
    answer,
    drain: () => void (isClosing = true),
    takes(request, response) {
      const match = request.method === 'POST' ? PATH.exec(request.url!) : null;
      if (match) answer(match[1] ?? null, request, response);
      return match !== null;
    },
  };
}

/** The bytes that were signed. Of a request that is broken off there is nobody to answer: its promise is forgotten. */
const readBody = (request: IncomingMessage): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    if (isCompressed(request.headers)) return reject(new Compressed());
    if (Number(request.headers['content-length']) > LONGEST_BODY) return reject(new TooLarge());
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= LONGEST_BODY) chunks.push(chunk);
      else reject(new TooLarge());
    });
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
  });
