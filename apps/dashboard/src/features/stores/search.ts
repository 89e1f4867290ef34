/** Of an address: the store. Whatever makes no sense is left out. */
export const parseStoreSearch = ({ store }: Record<string, unknown>): { store?: string } =>
  typeof store === 'string' && /^\d{1,20}$/.test(store) ? { store } : {};
