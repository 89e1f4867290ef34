import { createReadStream, statSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { transportFault } from '../control/strike.ts';
import type { World } from '../world.ts';

const GONE =
  '<?xml version="1.0" encoding="UTF-8"?><Error><Code>ExpiredToken</Code><Message>Invalid argument.</Message></Error>';

/** Results by their unguessable address, as Shopify's storage serves them: no token, byte ranges, seven days. */
export function bulkResultRoutes(app: FastifyInstance, world: World): void {
  app.get<{ Params: { shop: string; result: string } }>('/:shop/bulk-results/:result', async (request, reply) => {
    const { shop, result } = request.params;
    if (await transportFault(world, shop, 'download', '', reply)) return reply;
    const operation = world.bulk.result(shop, result.replace(/\.jsonl$/, ''));
    const expired = world.faults.take('bulk_url_expired', shop);
    if (!operation || expired) {
      return reply
        .status(expired?.status ?? (operation ? 403 : 404))
        .type('application/xml')
        .send(GONE);
    }
    const size = statSync(operation.file).size;
    reply.header('accept-ranges', 'bytes').type('application/jsonl');
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const start = range ? Number(range[1]) : 0;
    const end = range?.[2] ? Math.min(Number(range[2]), size - 1) : size - 1;
    if (range && (start >= size || start > end)) {
      return reply.status(416).header('content-range', `bytes */${size}`).send();
    }
    if (range) reply.status(206).header('content-range', `bytes ${start}-${end}/${size}`);
    reply.header('content-length', end - start + 1);
    const cut = world.faults.take('bulk_download_cut', shop);
    const stream = createReadStream(operation.file, { start, end: cut ? start + Math.floor((end - start) / 2) : end });
    // the connection breaks before all that was announced has been sent
    if (cut) stream.on('end', () => reply.raw.socket?.destroy());
    return reply.send(stream);
  });
}
