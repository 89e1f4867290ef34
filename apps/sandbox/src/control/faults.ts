import { Random } from '../store/random.ts';

/** What can be made to go wrong. README.md says what each does. */
export const FAULT_KINDS = [
  'http_status',
  'reset',
  'slow',
  'throttled',
  'partial_data',
  'nodes_behind',
  'token_revoked',
  'refresh_dead',
  'version_fallforward',
  'topic_refused',
  'bulk_failed',
  'bulk_canceled',
  'bulk_expired',
  'bulk_truncated',
  'bulk_count_mismatch',
  'bulk_zero_rows',
  'bulk_slots_taken',
  'bulk_url_expired',
  'bulk_download_cut',
  'webhook_duplicate',
  'webhook_reorder',
  'webhook_delay',
  'webhook_drop',
  'webhook_stale',
  'webhook_bad_signature',
  'webhook_wrong_shop',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** Where a fault of the transport strikes. */
export type FaultPlace = 'graphql' | 'token' | 'download';

export interface FaultWishes {
  kind: FaultKind;
  /** Only this shop; all without it. */
  shop?: string;
  /** How often it strikes (default 1, or always with a probability); null for always. */
  times?: number | null;
  /** Strikes at random, 0–1. */
  probability?: number;
  /** Lets so many matching requests pass first. */
  after?: number;
  /** For http_status, reset and slow: default graphql. */
  on?: FaultPlace;
  /** Only requests whose GraphQL document contains this text; of webhooks and subscriptions, the topic. */
  match?: string;
  status?: number;
  /** In seconds, with http_status. */
  retryAfter?: number;
  delayMs?: number;
  errorCode?: string;
  version?: string;
  /** For partial_data: `Type.field` that come back null (default Order.customer, Customer.defaultEmailAddress). */
  fields?: string[];
  /** For webhook_duplicate: how many more (default 1). */
  copies?: number;
  /** For webhook_reorder: how many later ones overtake it (default 1). */
  behind?: number;
  /** For webhook_wrong_shop: whose name it bears. */
  domain?: string;
}

export interface Fault extends FaultWishes {
  id: number;
  struck: number;
}

/** The faults that are set; each is used up as it strikes. */
export class Faults {
  #all: Fault[] = [];
  #next = 1;
  #random = new Random(1);

  get all(): readonly Fault[] {
    return this.#all;
  }

  set(wishes: FaultWishes): Fault {
    if (!FAULT_KINDS.includes(wishes.kind)) throw new Error(`unknown kind of fault "${wishes.kind}"`);
    const fault: Fault = { ...wishes, id: this.#next++, struck: 0 };
    this.#all.push(fault);
    return fault;
  }

  /** What strikes at random is the same again from the same seed. */
  seed(seed: number): void {
    this.#random = new Random(seed);
  }

  clear(id?: number): void {
    this.#all = id === undefined ? [] : this.#all.filter((fault) => fault.id !== id);
  }

  /** The fault to strike now, if any; counts it. */
  take(kind: FaultKind, shop: string, place: FaultPlace = 'graphql', document = ''): Fault | null {
    for (const fault of this.#all) {
      if (fault.kind !== kind || (fault.shop && fault.shop !== shop) || (fault.on ?? 'graphql') !== place) continue;
      if (fault.match && !document.includes(fault.match)) continue;
      if (fault.after) {
        fault.after--;
        continue;
      }
      const { probability = null, times = probability === null ? 1 : null } = fault;
      if (times !== null && fault.struck >= times) continue;
      if (probability !== null && !this.#random.chance(probability)) continue;
      fault.struck++;
      return fault;
    }
    return null;
  }
}
