/**
 * The server's clock less this machine's, in milliseconds: "today" must not depend on a wrong clock. Each answer tells it,
 * to the second, the first of them before any page of a store is shown.
 */
let ahead = 0;

export function setServerTime(instant: string): void {
  ahead = Date.parse(instant) - Date.now();
}

export const now = (): number => Date.now() + ahead;
