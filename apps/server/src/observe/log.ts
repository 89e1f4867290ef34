import pino, { type DestinationStream, type Logger } from 'pino';
import type { Config } from '../config.ts';

export type Log = Logger;

const HIDDEN = '[hidden]';

/** Fields of a line, at any depth, whose text is never anybody's business. */
const SECRET_FIELD =
  /"(authorization|cookie|set-cookie|x-shopify-access-token|password|secret|token|access_?token|refresh_?token)":(?:"(?:[^"\\]|\\.)*"|\[[^\]]*\])/gi;

/** Secrets inside of texts, wherever they come from: Shopify's tokens, JWTs, bearer tokens, and query values of OAuth. */
const SECRET_TEXT =
  /shp[a-z]{2,4}_[A-Za-z0-9_-]{8,}|eyJ[\w-]{8,}\.[\w-]+\.[\w-]*|(?<=Bearer )[\w.~+/=-]+|(?<=[?&](?:code|hmac|state|token|access_token|refresh_token|id_token)=)[^&\s"\\]+/g;

/**
 * A logger that writes JSON lines in production and short lines for people on a laptop. Secrets never reach its output:
 * neither by field nor inside of a text, nor in what an error carries beside its message.
 */
export function createLog(
  config: Pick<Config, 'production' | 'logLevel' | 'jwtSecrets' | 'shopify'>,
  destination: DestinationStream = process.stdout,
): Log {
  const own = [...config.jwtSecrets, ...config.shopify.apiSecrets, ...config.shopify.webhookSecrets].filter(
    (secret) => secret.length >= 8,
  );
  const clean = (line: string) =>
    own.reduce(
      (text, secret) => text.replaceAll(secret, HIDDEN),
      line.replace(SECRET_FIELD, `"$1":"${HIDDEN}"`).replace(SECRET_TEXT, HIDDEN),
    );
  const format = config.production ? (line: string) => line : readable;
  return pino(
    {
      level: config.logLevel,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: errorFields, error: errorFields },
    },
    { write: (line) => destination.write(format(clean(line))) },
  );
}

/** Not what libraries hang on their errors: statements and their parameters, requests with their headers. */
function errorFields(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const { name, message, stack, cause } = error;
  const { code } = error as { code?: unknown };
  return { name, message, code, stack, ...(cause !== undefined && { cause: errorFields(cause) }) };
}

interface Line {
  level: number;
  time: string;
  msg?: string;
  reqId?: string;
  err?: Told;
}

interface Told {
  stack?: string;
  message?: string;
  cause?: Told;
}

function readable(line: string): string {
  const { level, time, msg = '', err, reqId, ...rest } = JSON.parse(line) as Line;
  const label = pino.levels.labels[level] ?? '';
  const fields = Object.entries(rest).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const mark = label === 'info' ? '' : `${label}: `;
  const trace = err ? `\n${traceOf(err)}` : '';
  const request = err && reqId ? ` (request ${reqId})` : '';
  const clock = new Date(time).toTimeString().slice(0, 8);
  return `${[clock, `${mark}${msg}${request}`, ...fields].join(' ')}${trace}\n`;
}

function traceOf(error: Told): string {
  const own = error.stack ?? error.message ?? JSON.stringify(error);
  return error.cause ? `${own}\n  because of ${traceOf(error.cause)}` : own;
}
