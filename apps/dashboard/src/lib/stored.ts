/** What `act` gives of the browser's storage, or null: where keeping things is forbidden, any touch of it throws. */
export function stored<T>(act: () => T): T | null {
  try {
    return act();
  } catch {
    return null;
  }
}
