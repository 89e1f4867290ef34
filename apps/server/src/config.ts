import { createHash, randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';

export interface EncryptionKey {
  /** Written beside each ciphertext, so that keys can be rotated. */
  id: string;
  /** 32 bytes. */
  key: Buffer;
}

export interface Config {
  production: boolean;
  /** Null: the embedded SQLite file in `dataDir`. */
  databaseUrl: string | null;
  /** Null: the queue lives in the process. */
  redisUrl: string | null;
  /** Absolute path. */
  dataDir: string;
  /** Origin under which browsers reach this server; null: whatever the request says. */
  appUrl: string | null;
  host: string;
  port: number;
  /** Fastify's `trustProxy`: how far `X-Forwarded-*` is believed. */
  trustProxy: boolean | number | string;
  logLevel: string;
  shopify: {
    apiKey: string;
    /** The newest first. */
    apiSecrets: string[];
    webhookSecrets: string[];
    scopes: string[];
    /** Origin of a stand-in for Shopify; null: Shopify itself. */
    sandboxUrl: string | null;
    /** Neither keys nor a stand-in are set: the project's own sandbox is to be started, and its origin put into `sandboxUrl`. */
    ownSandbox: boolean;
  };
  /** The newest first. */
  jwtSecrets: string[];
  encryptionKeys: EncryptionKey[];
  sentryDsn: string | null;
  otlpEndpoint: string | null;
  smtpUrl: string | null;
  /** Who e-mails are from. */
  mailFrom: string;
  /** For crash tests: `name` or `name@n`, where the process is to die (observe/fail-points.ts). */
  failPoint: string | null;
  tuning: Tuning;
}

/** What nobody needs to set, but tests and large installations may. Each is overridden by its name in capitals. */
const TUNING = {
  /** How long a worker may be silent before its work is taken over. */
  leaseSeconds: 30,
  /** How often the database is asked for pending work, whatever the queue says. */
  sweepSeconds: 5,
  /** The longest pause before work that fails again and again is tried again. */
  jobRetrySeconds: 30,
  /** How many stores one process syncs at once, and for how long it works on one before others have a turn. */
  syncsAtOnce: 3,
  syncTurnSeconds: 60,
  /** How often what nobody needs any more is removed, and how long after their end sessions and runs are kept. */
  housekeepingSeconds: 24 * 3600,
  endedSessionDays: 30,
  finishedRunDays: 90,
  /** How often each store is synced, whatever webhooks say; and how soon again when that has failed and may pass. */
  syncEverySeconds: 6 * 3600,
  syncRetrySeconds: 300,
  /** How often it is checked that Shopify still sends webhooks, and whether a frozen or locked store is back. */
  subscriptionsEverySeconds: 15 * 60,
  probeEverySeconds: 10 * 60,
  /** How often each store is compared with Shopify; what changed more recently than the second is left alone. */
  reconcileEverySeconds: 24 * 3600,
  reconcileSettleSeconds: 300,
  /** How many stored rows of a kind are held against their content each time, and how many days against Shopify's report. */
  reconcileRows: 100_000,
  reconcileDays: 90,
  /** How long Shopify waits at most for the answer to a webhook. */
  webhookAnswerSeconds: 3,
  /** How long the bodies of finished webhooks are kept, and for how long it is known that they came. */
  webhookBodyDays: 7,
  webhookDays: 30,
  /** How many stores' webhooks, and how many stores' marked records, one process works on at once. */
  webhooksAtOnce: 4,
  marksAtOnce: 4,
  /** A webhook that cannot be processed is dead after so many tries; the pauses between them grow fourfold from the first. */
  eventTries: 5,
  eventRetrySeconds: 2,
  /** How long what webhooks cannot tell of a customer or an inventory waits to be fetched, once for all of them. */
  fetchSettleSeconds: 10,
  /** The first pause after a fetch that did not settle what was doubted; it doubles up to an hour. */
  markRetrySeconds: 2,
  markBelievedSeconds: 60,
  /** More doubted records of a store than these are left to a run, which fetches by bulk operations. */
  marksByBulk: 500,
  accessTokenSeconds: 15 * 60,
  /** How much memory each process may use to answer a question again while nothing has changed. */
  keptAnswersMegabytes: 16,
  /** How often it is checked that whoever watches a store still may. */
  liveCheckSeconds: 3,
  /** A session ends when it has not been used for so long. */
  sessionSeconds: 30 * 24 * 3600,
  /** How long a rotated refresh token still yields an access token: two tabs may send it at once. */
  refreshGraceSeconds: 10,
  /** How many rows a transaction of `npm run keys:rotate` seals anew. */
  rotationBatch: 100,
  /** How long the head of a request, and all of it, may take to come. */
  headersSeconds: 15,
  requestSeconds: 30,
  /** Requests to /api in a minute, by address, user and store. Null: in production a standard, no limit on a laptop. */
  apiRequestsPerMinute: null as number | null,
  userRequestsPerMinute: null as number | null,
  tenantRequestsPerMinute: null as number | null,
  /** Failed log-ins within `loginWindowSeconds`, per account and address, and per address. */
  loginFailuresPerAccount: 10,
  loginFailuresPerAddress: 50,
  loginWindowSeconds: 15 * 60,
  /** Within `registerWindowSeconds`, per address: new accounts, and tries with an e-mail that is taken. */
  registrationsPerAddress: 60,
  takenEmailsPerAddress: 10,
  registerWindowSeconds: 10 * 60,
  /** Links for a new password, or e-mail, asked for within `resetWindowSeconds`, per address asking and per e-mail. */
  resetsPerAddress: 30,
  resetsPerEmail: 5,
  resetWindowSeconds: 3600,
  /** How long such a link works, an invitation does, and a log-in waits for its second factor. */
  resetSeconds: 3600,
  invitationSeconds: 7 * 24 * 3600,
  secondFactorSeconds: 10 * 60,
  /** Wrong second factors of one account within `loginWindowSeconds`. */
  secondFactorFailures: 10,
  /** Invitations that one user sends within an hour. */
  invitationsPerUser: 60,
  /** An e-mail that cannot be sent is given up after so many tries; the pauses between them double up to ten minutes. */
  mailTries: 12,
  mailRetrySeconds: 5,
};
export type Tuning = typeof TUNING;

const DEFAULT_SCOPES = 'read_orders,read_customers,read_products,read_inventory';
/** Shopify gives these only to apps it has approved for them, so there they are asked for by setting. */
const STAND_IN_SCOPES = `${DEFAULT_SCOPES},read_all_orders,read_reports,read_customer_merge`;
const SANDBOX_KEY = 'xeno-sandbox-key';
const SANDBOX_SECRET = 'xeno-sandbox-secret';

const setting = (pattern: string, mustBe: string) => Type.Optional(Type.String({ pattern, description: mustBe }));
const url = (schemes: string) =>
  setting(`^(${schemes})://[^\\s/]+\\S*$`, `must be a URL (${schemes.replaceAll('|', ', ')})`);
const origin = setting('^https?://[^\\s/?#]+/?$', 'must be an origin, such as https://xeno.example.com');
const wholeNumber = setting('^[1-9]\\d{0,11}$', 'must be a whole number above 0');
const text = setting('\\S', 'must not be blank');
/** 256 bits, however written; the shortest is base64 without padding. */
const ONE_KEY = '([A-Za-z0-9_-]{1,16}:)?([0-9a-fA-F]{64}|[A-Za-z0-9+/_-]{43}=?)';

const variableOf = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

const Settings = Compile(
  Type.Object({
    NODE_ENV: text,
    DATABASE_URL: url('mysql|mariadb'),
    REDIS_URL: url('redis|rediss'),
    APP_URL: origin,
    SHOPIFY_API_KEY: text,
    SHOPIFY_API_SECRET: text,
    SHOPIFY_WEBHOOK_SECRET: text,
    SHOPIFY_SCOPES: setting('^[a-z_]+(\\s*,\\s*[a-z_]+)*$', 'must be a comma-separated list of access scopes'),
    SHOPIFY_SANDBOX_URL: origin,
    JWT_SECRET: text,
    ENCRYPTION_KEY: setting(
      `^${ONE_KEY}(\\s*,\\s*${ONE_KEY})*$`,
      'must be 32 bytes as base64 or hex (openssl rand -base64 32), or a list of such',
    ),
    SENTRY_DSN: url('https|http'),
    OTEL_EXPORTER_OTLP_ENDPOINT: url('https|http'),
    SMTP_URL: url('smtp|smtps'),
    MAIL_FROM: setting('^[^\\r\\n]*[^\\s@]+@[^\\s@]+$', 'must be an e-mail address, or Name <address>'),
    FAIL_POINT: setting(
      '^[a-z0-9.-]+(@[1-9]\\d{0,8})?$',
      'must be the name of a fail point, or name@n for its nth time',
    ),
    TRUST_PROXY: setting(
      '^(true|false|\\d{1,2}|[0-9a-fA-F.:/]+(\\s*,\\s*[0-9a-fA-F.:/]+)*)$',
      'must be true, false, a number of proxies, or a list of addresses and subnets',
    ),
    PORT: setting(
      '^([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])$',
      'must be a port, 0 to 65535',
    ),
    HOST: text,
    LOG_LEVEL: setting(
      '^(trace|debug|info|warn|error|fatal|silent)$',
      'must be trace, debug, info, warn, error, fatal or silent',
    ),
    DATA_DIR: text,
    ...Object.fromEntries(Object.keys(TUNING).map((name) => [variableOf(name), wholeNumber])),
  }),
);

/**
 * Reads the settings from the environment; an empty variable counts as unset. Throws one error that names
 * everything that is missing or wrong. Outside production, secrets that are not set are made once and kept in `DATA_DIR`.
 */
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value?.trim()) values[name] = value.trim();

  const production = values.NODE_ENV === 'production';
  const hasKeys = Boolean(values.SHOPIFY_API_KEY && values.SHOPIFY_API_SECRET);
  const required = new Set<string>();
  if (production) for (const name of ['DATABASE_URL', 'JWT_SECRET', 'ENCRYPTION_KEY']) required.add(name);
  if ((production && !values.SHOPIFY_SANDBOX_URL) || values.SHOPIFY_API_KEY || values.SHOPIFY_API_SECRET) {
    required.add('SHOPIFY_API_KEY').add('SHOPIFY_API_SECRET');
  }

  const wrong = [...required].filter((name) => !values[name]).map((name) => `${name} is missing`);
  for (const { instancePath } of Settings.Errors(values)) {
    const name = instancePath.slice(1);
    const schema = Settings.Type().properties[name as 'PORT'] as { description?: string };
    wrong.push(`${name} ${schema.description ?? 'is wrong'}`);
  }
  if (production && values.JWT_SECRET && listOf(values.JWT_SECRET).some((secret) => secret.length < 32)) {
    wrong.push('JWT_SECRET must have at least 32 characters (openssl rand -base64 32), as each of a list must');
  }
  // what a request says of its host must not get into a mail
  if (values.SMTP_URL && !values.APP_URL) wrong.push('APP_URL is missing: e-mails (SMTP_URL) have links to it');
  if (wrong.length > 0) throw new ConfigError(wrong);

  const dataDir = resolve(values.DATA_DIR ?? '.data');
  const secrets = values.JWT_SECRET && values.ENCRYPTION_KEY ? null : keptSecrets(dataDir);
  const apiSecrets = listOf(values.SHOPIFY_API_SECRET ?? SANDBOX_SECRET);
  const sandboxUrl = values.SHOPIFY_SANDBOX_URL?.replace(/\/$/, '') ?? null;

  return {
    production,
    databaseUrl: values.DATABASE_URL ?? null,
    redisUrl: values.REDIS_URL ?? null,
    dataDir,
    appUrl: values.APP_URL?.replace(/\/$/, '') ?? null,
    host: values.HOST ?? (production ? '0.0.0.0' : '127.0.0.1'),
    port: Number(values.PORT ?? 3000),
    trustProxy: trustProxyOf(values.TRUST_PROXY),
    logLevel: values.LOG_LEVEL ?? 'info',
    shopify: {
      apiKey: values.SHOPIFY_API_KEY ?? SANDBOX_KEY,
      apiSecrets,
      webhookSecrets: values.SHOPIFY_WEBHOOK_SECRET ? listOf(values.SHOPIFY_WEBHOOK_SECRET) : apiSecrets,
      scopes: listOf(values.SHOPIFY_SCOPES ?? (hasKeys && !sandboxUrl ? DEFAULT_SCOPES : STAND_IN_SCOPES)),
      sandboxUrl,
      ownSandbox: !hasKeys && sandboxUrl === null,
    },
    jwtSecrets: listOf(values.JWT_SECRET ?? secrets!.jwt),
    encryptionKeys: listOf(values.ENCRYPTION_KEY ?? secrets!.encryption).map(encryptionKeyOf),
    sentryDsn: values.SENTRY_DSN ?? null,
    otlpEndpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT ?? null,
    smtpUrl: values.SMTP_URL ?? null,
    mailFrom: values.MAIL_FROM ?? `Xeno <no-reply@${values.APP_URL ? new URL(values.APP_URL).hostname : 'localhost'}>`,
    failPoint: values.FAIL_POINT ?? null,
    tuning: Object.fromEntries(
      Object.entries(TUNING).map(([name, standard]) => {
        const value = values[variableOf(name)];
        return [name, value === undefined ? standard : Number(value)];
      }),
    ) as Tuning,
  };
}

export class ConfigError extends Error {
  constructor(wrong: string[]) {
    super(`The settings need attention:\n${wrong.map((line) => `  - ${line}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

const listOf = (value: string): string[] =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);

function trustProxyOf(value = 'false'): Config['trustProxy'] {
  if (value === 'true' || value === 'false') return value === 'true';
  return /^\d+$/.test(value) ? Number(value) : value;
}

function encryptionKeyOf(value: string): EncryptionKey {
  const colon = value.indexOf(':');
  const material = value.slice(colon + 1);
  const key = Buffer.from(material, /^[0-9a-f]{64}$/i.test(material) ? 'hex' : 'base64');
  const id = colon > 0 ? value.slice(0, colon) : createHash('sha256').update(key).digest('hex').slice(0, 8);
  return { id, key };
}

/** Two processes may start at once: a link is made whole or not at all, so the first one wins and both read what it made. */
function keptSecrets(dir: string): { jwt: string; encryption: string } {
  const file = join(dir, 'secrets.json');
  if (!existsSync(file)) {
    makeDataDir(dir);
    const made = { jwt: randomBytes(32).toString('base64url'), encryption: randomBytes(32).toString('base64') };
    const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
    writeFileSync(draft, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
    try {
      linkSync(draft, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(draft);
    }
  }
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { jwt: string; encryption: string };
  } catch (error) {
    throw new ConfigError([
      `${file} cannot be read (${(error as Error).message}): take it from a back-up. Without it, users have to log in again, those with a second factor need npm run user:reset, and stores have to be connected again; then remove it, and a new one is made`,
    ]);
  }
}

/** @throws ConfigError when it is not there and cannot be made */
export function makeDataDir(dir: string): void {
  const missing: string[] = [];
  // one by one: where no folder can be made, as in /proc, `recursive` tries for ever
  for (let at = dir; !existsSync(at); at = dirname(at)) missing.unshift(at);
  try {
    for (const folder of missing) makeFolder(folder);
    accessSync(`${dir}/.`, constants.W_OK);
  } catch (error) {
    throw new ConfigError([
      `DATA_DIR cannot be a folder to write to (${(error as Error).message}): choose another one`,
    ]);
  }
}

/** Another process that starts at the same time may have been quicker. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
