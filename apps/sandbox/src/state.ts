import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { TokenState } from './oauth/tokens.ts';
import type { Overlay } from './store/shop.ts';
import type { ShopSpec } from './store/spec.ts';
import type { World } from './world.ts';

interface State {
  tokens: TokenState;
  shops: { spec: ShopSpec; overlay: { [K in keyof Overlay]: [number, unknown][] } }[];
}

const PAUSE = 50;

/**
 * Keeps tokens, shops and what was changed in them in a file, so that a restarted sandbox is the same Shopify.
 *
 * @returns writes what is still to be written
 */
export function keepState(world: World, file: string): () => void {
  if (existsSync(file)) {
    const state = JSON.parse(readFileSync(file, 'utf8')) as State;
    world.tokens.restore(state.tokens);
    for (const { spec, overlay } of state.shops) {
      if (spec.file !== null && !existsSync(spec.file)) {
        console.error(`${spec.domain} is left out: its file ${spec.file} is gone`);
        continue;
      }
      const { orders, customers, products } = overlay;
      const maps = { orders: new Map(orders), customers: new Map(customers), products: new Map(products) };
      world.restoreShop(spec, maps as Overlay);
    }
  }

  const write = () => {
    const state: State = {
      tokens: world.tokens.state(),
      shops: world.shops().map(({ spec, overlay: { orders, customers, products } }) => ({
        spec,
        overlay: { orders: [...orders], customers: [...customers], products: [...products] },
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
