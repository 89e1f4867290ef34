import { negotiate } from '@fastify/accept-negotiator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { promisify } from 'node:util';
import { gzip as gzipCallback } from 'node:zlib';

const gzip = promisify(gzipCallback);

/** What is out of date is never given again; here it is forgotten too, since it may name people. */
const KEPT_MS = 5 * 60_000;
const COMPRESSED_FROM_BYTES = 1024;

/**
 * What answers a request for as long as `version` stays the same: whatever the answer depends on besides who asks and for
 * what. A request reads the version anew and gets what is kept of it, or what `make` gives; at once `make` runs once.
 */
export class Versioned<T> {
  readonly version: string;
  readonly make: () => Promise<T>;

  constructor(version: string, make: () => Promise<T>) {
    this.version = version;
    this.make = make;
  }
}

/** An answer as JSON, and compressed since the first time somebody takes it so. */
class Kept {
  readonly json: Buffer;
  private compressed: Promise<Buffer> | null = null;

  constructor(json: string) {
    this.json = Buffer.from(json);
  }

  send(request: FastifyRequest, reply: FastifyReply): FastifyReply | Promise<FastifyReply> {
    reply.type('application/json; charset=utf-8');
    if (this.json.length < COMPRESSED_FROM_BYTES) return reply.send(this.json);
    reply.header('vary', 'accept-encoding');
    const accepted = request.headers['accept-encoding'];
    if (accepted === undefined || negotiate(accepted, ['gzip']) === null) return reply.send(this.json);
    return this.sendCompressed(reply);
  }

  private async sendCompressed(reply: FastifyReply): Promise<FastifyReply> {
    const body = await (this.compressed ??= gzip(this.json));
    return reply.header('content-encoding', 'gzip').send(body);
  }
}

/** `key` must name all that an answer depends on, the version among it; `make` gives the answer as JSON. */
export type KeptAnswers = (key: string, make: () => Promise<string>) => Promise<Kept>;

/** Answers in the memory of this process, up to so many bytes; the one that was not asked for longest goes first. */
export function keptAnswers(maxBytes: number): KeptAnswers {
  if (maxBytes === 0) return async (_key, make) => new Kept(await make());
  const answers = new LRUCache<string, Kept, () => Promise<string>>({
    maxSize: maxBytes,
    sizeCalculation: ({ json }) => json.length,
    ttl: KEPT_MS,
    ttlAutopurge: true,
    ignoreFetchAbort: true,
    fetchMethod: async (_key, _former, { context: make }) => new Kept(await make()),
  });
  return (key, make) => answers.forceFetch(key, { context: make });
}
