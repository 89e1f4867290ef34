import { hash, type Options, verify } from '@node-rs/argon2';

/** argon2id, 19 MiB, two passes: OWASP's recommendation. `algorithm` 2 is argon2id. */
const COST: Options = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** A hash that no password has, of the same cost, so that an unknown account takes as long as a known one. */
export const NOBODYS =
  '$argon2id$v=19$m=19456,t=2,p=1$1eXQP4v/6p3F+sTmqxEYdQ$DBWkKT9PkH536ZD3xOfm21sTgbPufJYIoD0hhu6mbqs';

export const hashPassword = (password: string): Promise<string> => hash(password, COST);

/** Always false for `stored` null, in the time that a real comparison takes. */
export async function passwordFits(password: string, stored: string | null): Promise<boolean> {
  const fits = await verify(stored ?? NOBODYS, password);
  return fits && stored !== null;
}
