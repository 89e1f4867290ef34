const KEY = 'xeno-store';

/** The store last looked at, for the next visit without one in the address. */
export const rememberStore = (id: string): void => localStorage.setItem(KEY, id);
export const rememberedStore = (): string | null => localStorage.getItem(KEY);
