/** What can go wrong with Shopify. `retryable`: whether the same call may succeed later without anyone's doing. */
export abstract class ShopifyError extends Error {
  abstract readonly code: string;
  readonly retryable: boolean;
  readonly shop: string;

  constructor(shop: string, message: string, options: { retryable: boolean; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.shop = shop;
    this.retryable = options.retryable;
  }
}

/** The shop's tokens no longer work: a user of the shop must connect it again. */
export class ReconnectNeeded extends ShopifyError {
  readonly code = 'RECONNECT_NEEDED';
  constructor(shop: string, why: string) {
    super(shop, `${why} Connect the store again.`, { retryable: false });
  }
}

/** Nobody can reach the shop's data for now: frozen for unpaid bills (402), locked (423), or gone (404). */
export class ShopUnavailable extends ShopifyError {
  readonly code = 'SHOP_UNAVAILABLE';
  readonly reason: 'frozen' | 'locked' | 'gone';
  constructor(shop: string, reason: 'frozen' | 'locked' | 'gone') {
    const text = {
      frozen: 'The store is frozen; its owner has to settle its account with Shopify.',
      locked: 'The store is locked by Shopify; its owner has to contact Shopify.',
      gone: 'Shopify knows no such store (any more).',
    };
    super(shop, text[reason], { retryable: reason !== 'gone' });
    this.reason = reason;
  }
}

/** Shopify refuses this data to the app: a scope or an approval is missing. Other data of the shop is not affected. */
export class ScopeMissing extends ShopifyError {
  readonly code = 'SCOPE_MISSING';
  constructor(shop: string, detail: string) {
    super(shop, `Shopify denied access: ${detail} Grant the app the missing access and connect the store again.`, {
      retryable: false,
    });
  }
}

export interface UserError {
  code?: string | null;
  field?: readonly string[] | null;
  message: string;
}

/** The request itself is wrong for Shopify: an invalid query, too costly a one, or a mutation's `userErrors`. */
export class ShopifyRefused extends ShopifyError {
  readonly code = 'SHOPIFY_REFUSED';
  readonly userErrors: readonly UserError[];
  constructor(shop: string, detail: string, userErrors: readonly UserError[] = []) {
    super(shop, `Shopify refused the request: ${detail}`, { retryable: false });
    this.userErrors = userErrors;
  }
}

export interface GraphqlError {
  message: string;
  path?: readonly (string | number)[];
  extensions?: { code?: string };
}

/** Shopify answered with errors beside the data. The data is incomplete and must not be stored as if it were whole. */
export class PartialData extends ShopifyError {
  readonly code = 'PARTIAL_DATA';
  /** Where data is missing, as `orders.nodes.3.customer`. */
  readonly paths: readonly string[];
  constructor(shop: string, errors: readonly GraphqlError[]) {
    const paths = [...new Set(errors.map((error) => error.path?.join('.') ?? '?'))];
    const denied = errors.some((error) => error.extensions?.code === 'ACCESS_DENIED');
    const missing = `Shopify answered only in part (missing: ${paths.slice(0, 5).join(', ')}): ${errors[0]?.message}`;
    // Denied fields stay denied; anything else is a disturbance on Shopify's side.
    super(shop, denied ? `${missing} Grant the app the missing access, then sync again.` : missing, {
      retryable: !denied,
    });
    this.paths = paths;
  }
}

/** A record changed each time that its pages were read, so that they did not fit together. */
export class KeepsChanging extends ShopifyError {
  readonly code = 'KEEPS_CHANGING';
  constructor(shop: string, id: string) {
    super(shop, `${id} keeps changing while it is read.`, { retryable: true });
  }
}

/** Shopify could not be reached or kept refusing for its load, for as long as it was worth trying. */
export class ShopifyUnreachable extends ShopifyError {
  readonly code = 'SHOPIFY_UNREACHABLE';
  /** True if the last request may have been carried out although no answer came (matters for mutations). */
  readonly maybeDone: boolean;
  constructor(shop: string, detail: string, options: { maybeDone?: boolean; cause?: unknown } = {}) {
    super(shop, `Shopify cannot be reached: ${detail}`, { retryable: true, cause: options.cause });
    this.maybeDone = options.maybeDone ?? false;
  }
}

export type BulkFailure =
  | 'ACCESS_DENIED'
  | 'CANCELED'
  | 'EXPIRED'
  | 'FAILED'
  | 'INTERNAL_SERVER_ERROR'
  | 'NOT_FOUND'
  | 'RESULT_EXPIRED'
  | 'RESULT_MISSING'
  | 'RESULT_REFUSED'
  | 'SLOTS_TAKEN'
  | 'TIMEOUT'
  | 'TRUNCATED'
  | 'UNFINISHED';

/** What helps: run the same query again, run it over smaller windows, ask for the result's URL again, or only a person. */
export type BulkRemedy = 'again' | 'split' | 'poll' | 'none';

const BULK_FAILURES: Record<BulkFailure, { remedy: BulkRemedy; text: string }> = {
  ACCESS_DENIED: { remedy: 'none', text: 'access was denied; grant the app the missing access and connect again' },
  CANCELED: { remedy: 'again', text: 'it was cancelled' },
  EXPIRED: { remedy: 'split', text: 'it did not finish in the time Shopify allows' },
  FAILED: { remedy: 'again', text: 'Shopify gave no reason' },
  INTERNAL_SERVER_ERROR: { remedy: 'again', text: 'Shopify had an internal error' },
  NOT_FOUND: { remedy: 'again', text: 'Shopify no longer knows it' },
  RESULT_EXPIRED: { remedy: 'poll', text: "the result's address is no longer valid" },
  RESULT_MISSING: { remedy: 'again', text: 'Shopify counted objects but gave no result' },
  RESULT_REFUSED: { remedy: 'none', text: "the result's address is not one of Shopify's" },
  SLOTS_TAKEN: { remedy: 'again', text: 'other bulk operations of this store held all places' },
  TIMEOUT: { remedy: 'split', text: 'it timed out at Shopify' },
  TRUNCATED: { remedy: 'poll', text: 'the result kept breaking off while it was downloaded' },
  UNFINISHED: { remedy: 'split', text: 'it did not finish in time' },
};

/** A bulk operation that gave no complete result. */
export class BulkFailed extends ShopifyError {
  readonly code = 'BULK_FAILED';
  readonly failure: BulkFailure;
  readonly remedy: BulkRemedy;
  constructor(shop: string, failure: BulkFailure, operationId: string | null = null, cause?: unknown) {
    const { remedy, text } = BULK_FAILURES[failure];
    super(shop, `The bulk operation${operationId ? ` ${operationId}` : ''} failed (${failure}): ${text}.`, {
      retryable: remedy !== 'none',
      cause,
    });
    this.failure = failure;
    this.remedy = remedy;
  }
}

/** What Shopify refuses of something, and will go on refusing until more is granted. */
export const isDenied = (error: unknown): error is ScopeMissing | PartialData =>
  error instanceof ScopeMissing || (error instanceof PartialData && !error.retryable);
