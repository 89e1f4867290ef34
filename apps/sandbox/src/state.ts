import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { TokenState } from './oauth/tokens.ts';
import type { Overlay } from './store/shop.ts';
import type { ShopSpec } from './store/spec.ts';
import type { Subscriptions } from './webhooks/subscriptions.ts';
import type { World } from './world.ts';

interface State {
  tokens: TokenState;
  subscriptions?: ReturnType<Subscriptions['state']>;
  shops: { spec: ShopSpec; overlay: { [K in keyof Overlay]?: [unknown, unknown][] } }[];
}

const PAUSE = 50;
const PARTS = ['orders', 'customers', 'products', 'checkouts', 'settings'] as const;

/**
 * Keeps tokens, shops and what was changed in them in a file, so that a restarted sandbox is the same Shopify.
 *
 * @returns writes what is still to be written
 */
export function keepState(world: World, file: string): () => void {
  if (existsSync(file)) {
    const state = JSON.parse(readFileSync(file, 'utf8')) as State;
    world.tokens.restore(state.tokens);
    if (state.subscriptions) world.webhooks.subscriptions.restore(state.subscriptions);
    for (const { spec, overlay } of state.shops) {
      if (spec.file !== null && !existsSync(spec.file)) {
        console.error(`${spec.domain} is left out: its file ${spec.file} is gone`);
        continue;
      }
      const maps = Object.fromEntries(PARTS.map((part) => [part, new Map(overlay[part])]));
      world.restoreShop(spec, maps as unknown as Overlay);
    }
  }

  const write = () => {
    const state: State = {
      tokens: world.tokens.state(),
      subscriptions: world.webhooks.subscriptions.state(),
      shops: world.shops().map(({ origin, overlay }) => ({
        spec: origin,
        overlay: Object.fromEntries(PARTS.map((part) => [part, [...overlay[part]]])),
      })),
    };
    // tokens are secrets, even of a sandbox: a server may trust what they open
    writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  let timer: NodeJS.Timeout | undefined;
  world.changed = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      write();
    }, PAUSE);
  };
  return () => {
    clearTimeout(timer);
    timer = undefined;
    write();
  };
}
