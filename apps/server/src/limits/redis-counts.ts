import { createHash } from 'node:crypto';
import { connectRedis } from '../jobs/redis-watch.ts';
import { sparingly } from '../observe/sparingly.ts';
import { type Counts, localCounts } from './counts.ts';

const PREFIX = 'xeno:count:';
const PATIENCE_MS = 1_000;
/** How long Redis is left alone after it did not answer. */
const AWAY_MS = 1_000;

const ADD = `local tries = redis.call('INCR', KEYS[1])
if tries == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {tries, redis.call('PTTL', KEYS[1])}`;
const GET = `return {tonumber(redis.call('GET', KEYS[1]) or 0), redis.call('PTTL', KEYS[1])}`;

/**
 * Among all processes of an installation. While Redis is away, or too full to write, each process counts for itself: as
 * many as there are processes pass then, never all and never none. Keys are hashed: no address or e-mail is kept there.
 */
export function redisCounts(url: string, complain: (error: unknown) => void): Counts {
  const redis = connectRedis(url, 'counts', {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: PATIENCE_MS,
  });
  const own = localCounts();
  const sometimes = sparingly(60_000);
  let awayUntil = 0;
  redis.on('ready', () => (awayUntil = 0));

  async function shared<T>(ask: () => Promise<T>, instead: () => Promise<T>): Promise<T> {
    if (Date.now() < awayUntil) return instead();
    try {
      return await ask();
    } catch (error) {
      awayUntil = Date.now() + AWAY_MS;
      sometimes('away', () => complain(error));
      return instead();
    }
  }
  const nameOf = (key: string) => PREFIX + createHash('sha256').update(key).digest('base64url');
  const count = async (script: string, key: string, ...args: number[]) => {
    const [tries = 0, endsInMs = 0] = (await redis.eval(script, 1, nameOf(key), ...args)) as number[];
    return { tries, endsInMs };
  };

  return {
    add: (key, windowMs) =>
      shared(
        () => count(ADD, key, windowMs),
        () => own.add(key, windowMs),
      ),
    get: (key) =>
      shared(
        async () => {
          const found = await count(GET, key);
          return found.tries > 0 ? found : null;
        },
        () => own.get(key),
      ),
    async forget(key) {
      await own.forget(key);
      await shared(
        async () => void (await redis.del(nameOf(key))),
        async () => {},
      );
    },
    close() {
      own.close();
      redis.disconnect();
    },
  };
}
