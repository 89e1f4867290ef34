import { stored } from '../../lib/stored.ts';

const KEY = 'xeno-store';

/** The store last looked at, for the next visit without one in the address. */
export const rememberStore = (id: string): void => void stored(() => localStorage.setItem(KEY, id));
export const rememberedStore = (): string | null => stored(() => localStorage.getItem(KEY));
