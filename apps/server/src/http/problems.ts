import type { Problem } from '@xeno/contracts';
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify';
import { STATUS_CODES } from 'node:http';
import { isUnavailable } from '../db/faults.ts';
import { sparingly } from '../observe/sparingly.ts';
import { HttpError, Unavailable } from './errors.ts';

const DATABASE_AWAY = 'The database cannot do this at the moment. Try again in a few seconds.';

/** The framework's own refusals, in words for the caller. */
const REFUSALS: Record<string, { code: string; detail: string }> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'body_too_large', detail: 'The body is too large.' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { code: 'unsupported_media_type', detail: 'Send the body as application/json.' },
  FST_ERR_CTP_INVALID_JSON_BODY: { code: 'malformed_json', detail: 'The body is not valid JSON.' },
  FST_ERR_BAD_URL: { code: 'malformed_url', detail: 'The URL is not valid.' },
};

const toldOf = (error: unknown): unknown => (isUnavailable(error) ? new Unavailable(DATABASE_AWAY, error) : error);

/** What is told of an error, and with which headers. */
export function answerTo(error: unknown): { problem: Problem; headers: Record<string, string> } {
  const told = toldOf(error);
  const its = told instanceof HttpError ? told.headers : {};
  return {
    problem: problemOf(told),
    headers: { ...its, 'cache-control': 'no-store', 'content-type': 'application/problem+json' },
  };
}

const OUTAGE_MS = 60_000;
const sometimes = sparingly(OUTAGE_MS);

/** Logs what is no fault of the caller's. What an outage does to every request alike is told once a minute. */
export function logIfOurs(
  log: Pick<FastifyBaseLogger, 'error'>,
  error: unknown,
  fields: { reqId?: string } = {},
): void {
  const err = toldOf(error);
  if (problemOf(err).status < 500) return;
  const tell = (suppressed = 0) =>
    log.error({ ...fields, err, ...(suppressed > 0 && { suppressed }) }, 'request failed');
  if (err instanceof Unavailable) sometimes(err.message, tell);
  else tell();
}

/** The one place where an error becomes an answer (RFC 9457). What is not an HttpError or a refusal is logged and not told. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { problem, headers } = answerTo(error);
  logIfOurs(request.log, error);
  // by hand: no response schema may take anything away
  return reply.code(problem.status).headers(headers).serializer(JSON.stringify).send(problem);
}

export function problemOf(error: unknown): Problem {
  if (error instanceof HttpError) {
    const { status, code, message, errors } = error;
    return { type: 'about:blank', title: titleOf(status), status, detail: message, code, ...(errors && { errors }) };
  }
  const { statusCode, code } = error as { statusCode?: unknown; code?: unknown };
  const status = typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : 500;
  const title = titleOf(status);
  if (status === 500) {
    return {
      type: 'about:blank',
      title,
      status,
      detail: 'Something went wrong here; it has been logged.',
      code: 'internal',
    };
  }
  const refusal = REFUSALS[String(code)] ?? { code: 'refused', detail: 'The request could not be understood.' };
  return { type: 'about:blank', title, status, ...refusal };
}

const titleOf = (status: number): string => STATUS_CODES[status] ?? 'Error';
