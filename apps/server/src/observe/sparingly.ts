/**
 * Lets a message of a name through once in `ms`, so that what fails a thousand times a second is told once a minute;
 * `suppressed` is how often it was held back since.
 */
export function sparingly(ms: number): (name: string, tell: (suppressed: number) => void) => void {
  const told = new Map<string, { at: number; suppressed: number }>();
  return (name, tell) => {
    const last = told.get(name);
    if (last && performance.now() - last.at < ms) {
      last.suppressed++;
      return;
    }
    told.set(name, { at: performance.now(), suppressed: 0 });
    tell(last?.suppressed ?? 0);
  };
}
