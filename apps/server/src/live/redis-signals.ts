import { connectRedis } from '../jobs/redis-watch.ts';
import { localSignals, type Signals } from './signals.ts';

const CHANNEL = 'xeno:changed';

/** Among all processes of an installation. While Redis is away nothing is heard, and nobody waits for it. */
export function redisSignals(url: string): Signals {
  const local = localSignals();
  const publisher = connectRedis(url, 'signals', { enableOfflineQueue: false, maxRetriesPerRequest: 0 });
  const subscriber = connectRedis(url, 'signals-heard', { socketTimeout: 0 });
  const subscribe = () => void subscriber.subscribe(CHANNEL).catch(() => {}); // tried again at the next connection
  subscriber.on('ready', subscribe);
  subscriber.on('message', (_channel, tenantId) => local.publish(tenantId));
  return {
    publish: (tenantId) => void publisher.publish(CHANNEL, tenantId).catch(() => local.publish(tenantId)),
    subscribe: local.subscribe,
    close() {
      local.close();
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
}
