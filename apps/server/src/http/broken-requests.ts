import type { FastifyBaseLogger } from 'fastify';
import type { Socket } from 'node:net';
import { HttpError } from './errors.ts';
import { problemOf } from './problems.ts';

const REFUSALS: Record<string, HttpError> = {
  ERR_HTTP_REQUEST_TIMEOUT: new HttpError(408, 'request_timeout', 'The request took too long to come.'),
  HPE_HEADER_OVERFLOW: new HttpError(431, 'headers_too_large', 'The headers are too large.'),
};
const MALFORMED = new HttpError(400, 'malformed_request', 'This is not a valid HTTP request.');

/** Answers what never became a request (malformed, with two lengths, too slow), and closes the connection. */
export function answerBrokenRequest(
  this: { log: FastifyBaseLogger },
  error: Error & { code?: string },
  socket: Socket,
): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  this.log.trace({ err: error }, 'a broken request');
  if (socket.writable) {
    const { status, title, ...rest } = problemOf(REFUSALS[error.code ?? ''] ?? MALFORMED);
    const body = JSON.stringify({ title, status, ...rest });
    socket.write(
      [
        `HTTP/1.1 ${status} ${title}`,
        'content-type: application/problem+json',
        `content-length: ${Buffer.byteLength(body)}`,
        'cache-control: no-store',
        'x-content-type-options: nosniff',
        'connection: close',
        '',
        body,
      ].join('\r\n'),
    );
  }
  socket.destroy();
}
