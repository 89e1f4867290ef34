/** Of an address: the store. Whatever makes no sense is left out. */
export const parseStoreSearch = ({ store }: Record<string, unknown>): { store?: string } =>
  typeof store === 'string' && /^\d{1,16}$/.test(store) ? { store } : {};

/** The store that a page of this site is about, where its address names one. */
export function storeOf(path: string): string | null {
  const { pathname, searchParams } = new URL(path, 'http://this.site');
  return searchParams.get('store') ?? /^\/stores\/(\d+)$/.exec(pathname)?.[1] ?? null;
}

/** Why a store was not connected. Anybody can send a link to that page, so that nothing but what it may say is taken. */
export function parseConnectErrorSearch({ code, shop, ask }: Record<string, unknown>): {
  code?: string;
  shop?: string;
  ask?: string;
} {
  return {
    ...(typeof code === 'string' && /^[a-z_]{1,40}$/.test(code) ? { code } : {}),
    ...(typeof shop === 'string' && /^[a-z0-9][a-z0-9-]*\.myshopify\.com$/.test(shop) ? { shop } : {}),
    // masked, as the server does it
    ...(typeof ask === 'string' && /^\S?•••@\S?•••(\.[a-z0-9-]{1,20})?$/.test(ask) ? { ask } : {}),
  };
}
