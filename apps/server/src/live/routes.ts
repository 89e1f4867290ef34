import { live } from '@xeno/contracts';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { HttpError, TooMany } from '../http/errors.ts';
import { type Authenticate, handle, type HandledRoute } from '../http/routes.ts';
import type { Queue } from '../jobs/queue.ts';
import type { Feed, LiveEvent } from './feed.ts';

const PING_MS = 15_000;
/** Of one user in one process. */
const STREAMS = 20;
/** A reader who is so far behind (bytes) is dropped, and comes again when it can. */
const LONGEST_BACKLOG = 256 * 1024;

/**
 * A store's events as a stream. It ends soon after the session, the membership or the access token does, or the role is
 * another one: whoever reads it must find out what is theirs to see now. It ends at once when the server closes.
 */
export function liveRoutes(
  app: FastifyInstance,
  deps: { feed: Feed; authenticate: Authenticate; checkSeconds: number; queue: Pick<Queue, 'depths' | 'state'> },
): HandledRoute[] {
  const { feed, authenticate, checkSeconds, queue } = deps;
  const open = new Map<() => void, string>();
  app.addHook('preClose', async () => {
    for (const end of open.keys()) end();
  });

  return [
    handle(live.queue, async () => ({ state: queue.state(), data: await queue.depths() })),

    handle(live.events, ({ actor, request, reply }) => {
      const { userId, tenantId, role } = actor;
      if ([...open.values()].filter((user) => user === userId).length >= STREAMS) throw new TooMany(30);
      const lastId = request.headers['last-event-id'];
      const { raw } = begin(reply);
      if (raw.destroyed) return ''; // gone while it was found out who asks: nothing tells that again

      const send = (text: string) => {
        if (raw.writableLength > LONGEST_BACKLOG) return void raw.destroy();
        raw.write(text);
      };
      // what the reader knows already is not told again
      const stop = feed.watch(tenantId, (event) => {
        if (event.name !== 'figures' || event.id !== lastId) send(textOf(event));
      });
      const ping = setInterval(() => send(': ping\n\n'), PING_MS);
      const check = setInterval(() => {
        authenticate(request, tenantId).then(
          ({ membership }) =>
            membership?.role === role && !membership.lacksSecondFactor && !membership.isWaiting ? undefined : end(),
          (error: unknown) => error instanceof HttpError && error.status === 401 && end(),
        );
      }, checkSeconds * 1000);
      const end = () => {
        if (!open.delete(end)) return;
        clearInterval(ping);
        clearInterval(check);
        stop();
        raw.end();
      };
      open.set(end, userId);
      raw.on('close', end).on('error', end);
      send('retry: 2000\n\n');
      // a HEAD request has no body to wait for
      if (request.method === 'HEAD') end();
      return '';
    }),
  ];
}

function begin(reply: FastifyReply): FastifyReply {
  reply.hijack();
  reply.raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    // closing the server need not wait for what would be kept alive
    connection: 'close',
    // proxies must neither gather nor change it
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  });
  return reply;
}

const textOf = ({ name, data, id }: LiveEvent) =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
