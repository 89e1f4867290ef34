import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import type { TokenState } from './oauth/tokens.ts';
import { emptyOverlay, type Overlay } from './store/shop.ts';
import type { ShopSpec } from './store/spec.ts';
import type { Subscriptions } from './webhooks/subscriptions.ts';
import type { World } from './world.ts';

/** A line of the file. Later lines outdo earlier ones. */
type Entry =
  | { tokens: TokenState; subscriptions: ReturnType<Subscriptions['state']> }
  /** Made anew: what was changed in it before is void. */
  | { shop: ShopSpec }
  | { gone: string }
  | { of: string; part: keyof Overlay; key: number | string; value: unknown }
  /** The whole file, as it was before it was a journal. */
  | { tokens: TokenState; shops: { spec: ShopSpec; overlay: { [K in keyof Overlay]?: [unknown, unknown][] } }[] };

/** What is told of before anybody hears of it, so that a killed sandbox comes back as the same Shopify. */
export interface Journal {
  /** Tokens or subscriptions have changed. */
  changed(): void;
  created(spec: ShopSpec): void;
  gone(domain: string): void;
  stored(domain: string, part: keyof Overlay, key: number | string, value: unknown): void;
  /** Everything so far is in the file when this returns. */
  flush(): void;
}

export const NO_JOURNAL: Journal = { changed() {}, created() {}, gone() {}, stored() {}, flush() {} };

const ROOM_TO_GROW = 64 * 1024 * 1024;
const CHUNK = 1024 * 1024;

/** Restores the world from the file, and from now on appends to it what changes. */
export function keepState(world: World, file: string): void {
  if (existsSync(file)) restore(world, file);
  let lines: string[] = [];
  let size = 0;
  let limit = 0;

  // what has been outdone is left out; other users must not read tokens, even a sandbox's: a server may trust them
  const rewrite = () => {
    const target = openSync(`${file}.new`, 'w', 0o600);
    let chunk: string[] = [];
    let length = 0;
    const write = () => {
      writeSync(target, chunk.join(''));
      chunk = [];
      length = 0;
    };
    for (const entry of everything(world)) {
      const line = `${JSON.stringify(entry)}\n`;
      chunk.push(line);
      length += line.length;
      if (length > CHUNK) write();
    }
    write();
    closeSync(target);
    renameSync(`${file}.new`, file);
    size = statSync(file).size;
    limit = 2 * size + ROOM_TO_GROW;
  };
  const add = (entry: Entry) => lines.push(`${JSON.stringify(entry)}\n`);
  const flush = () => {
    if (lines.length === 0) return;
    const text = lines.join('');
    lines = [];
    appendFileSync(file, text);
    size += text.length;
    if (size > limit) rewrite();
  };
  rewrite();
  world.journal = {
    flush,
    changed() {
      add({ tokens: world.tokens.state(), subscriptions: world.webhooks.subscriptions.state() });
      flush();
    },
    created(spec) {
      add({ shop: spec });
      flush();
    },
    gone(domain) {
      add({ gone: domain });
      flush();
    },
    stored: (domain, part, key, value) => void add({ of: domain, part, key, value }),
  };
}

function* everything(world: World): Generator<Entry> {
  yield { tokens: world.tokens.state(), subscriptions: world.webhooks.subscriptions.state() };
  for (const { origin, overlay } of world.shops()) {
    yield { shop: origin };
    for (const part of Object.keys(overlay) as (keyof Overlay)[]) {
      for (const [key, value] of overlay[part]) yield { of: origin.domain, part, key, value };
    }
  }
}

function restore(world: World, file: string): void {
  const shops = new Map<string, { spec: ShopSpec; overlay: Overlay }>();
  const put = (overlay: Overlay, part: keyof Overlay, key: unknown, value: unknown) =>
    (overlay[part] as Map<unknown, unknown>).set(key, value);

  for (const entry of entries(file)) {
    if ('tokens' in entry) world.tokens.restore(entry.tokens);
    if ('subscriptions' in entry) world.webhooks.subscriptions.restore(entry.subscriptions);
    if ('shops' in entry) {
      for (const { spec, overlay: changes } of entry.shops) {
        const overlay = emptyOverlay();
        for (const [part, all] of Object.entries(changes)) {
          for (const [key, value] of all) put(overlay, part as keyof Overlay, key, value);
        }
        shops.set(spec.domain, { spec, overlay });
      }
    }
    if ('shop' in entry) shops.set(entry.shop.domain, { spec: entry.shop, overlay: emptyOverlay() });
    if ('gone' in entry) shops.delete(entry.gone);
    if ('of' in entry) put(shops.get(entry.of)!.overlay, entry.part, entry.key, entry.value);
  }
  for (const { spec, overlay } of shops.values()) {
    if (spec.file === null || existsSync(spec.file)) world.restoreShop(spec, overlay);
    else console.error(`${spec.domain} is left out: its file ${spec.file} is gone`);
  }
}

function* entries(file: string): Generator<Entry> {
  const bytes = readFileSync(file);
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(10, start);
    const end = newline === -1 ? bytes.length : newline;
    try {
      yield JSON.parse(bytes.toString('utf8', start, end)) as Entry;
    } catch (error) {
      // a kill may leave half a line, but only at the end
      if (newline !== -1) throw error;
    }
    start = end + 1;
  }
}
