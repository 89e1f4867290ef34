import pino, { type DestinationStream, type Logger } from 'pino';
import type { Config } from '../config.ts';

export type Log = Logger;

const SECRET_FIELDS = [
  'authorization',
  'cookie',
  'password',
  'token',
  'accessToken',
  'refreshToken',
  'access_token',
  'refresh_token',
  'secret',
  'apiSecret',
  'encryptionKey',
  '["set-cookie"]',
  '["x-shopify-access-token"]',
];
const HIDDEN = '[hidden]';

/** Secrets inside of texts, wherever they come from: Shopify's tokens, JWTs, bearer tokens, and query values of OAuth. */
const SECRET_TEXT =
  /shp[a-z]{2,4}_[A-Za-z0-9_-]{8,}|eyJ[\w-]{8,}\.[\w-]+\.[\w-]*|(?<=Bearer )[\w.~+/=-]+|(?<=[?&](?:code|hmac|state|token|access_token|refresh_token|id_token)=)[^&\s"\\]+/g;

/**
 * A logger that writes JSON lines in production and short lines for people on a laptop. Secrets never reach its output:
 * neither by field nor inside of a text, nor in what an error carries beside its message.
 */
export function createLog(
  config: Pick<Config, 'production' | 'logLevel' | 'jwtSecrets' | 'encryptionKeys' | 'shopify'>,
  destination: DestinationStream = process.stdout,
): Log {
  const own = [...config.jwtSecrets, ...config.shopify.apiSecrets, ...config.shopify.webhookSecrets].filter(
    (secret) => secret.length >= 8,
  );
  const clean = (line: string) =>
    own.reduce((text, secret) => text.replaceAll(secret, HIDDEN), line.replace(SECRET_TEXT, HIDDEN));
  const format = config.production ? (line: string) => line : readable;
  return pino(
    {
      level: config.logLevel,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: SECRET_FIELDS.flatMap((name) =>
          name.startsWith('[') ? [name, `*${name}`, `*.*${name}`] : [name, `*.${name}`, `*.*.${name}`],
        ),
        censor: HIDDEN,
      },
      serializers: { err: errorFields, error: errorFields },
    },
    { write: (line) => destination.write(clean(format(line))) },
  );
}

/** Not what libraries hang on their errors: statements and their parameters, requests with their headers. */
function errorFields(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const { name, message, stack, cause } = error;
  const { code } = error as { code?: unknown };
  return { name, message, code, stack, ...(cause !== undefined && { cause: errorFields(cause) }) };
}

function readable(line: string): string {
  const { level, time, msg, err, reqId, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const label = pino.levels.labels[level as number] ?? '';
  const fields = Object.entries(rest).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const mark = label === 'info' ? '' : `${label}: `;
  const { stack, message } = (err ?? {}) as { stack?: string; message?: string };
  const trace = err ? `\n${stack ?? message ?? JSON.stringify(err)}` : '';
  const request = err && reqId ? ` (request ${String(reqId)})` : '';
  const clock = new Date(String(time)).toTimeString().slice(0, 8);
  return `${[clock, `${mark}${String(msg ?? '')}${request}`, ...fields].join(' ')}${trace}\n`;
}
