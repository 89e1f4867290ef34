/**
 * Does something again whenever it is asked for, never twice at once: asked for in the meantime, it is done once more
 * afterwards, `pause` (ms) later. So what takes long still gets to its end, however often it is asked for.
 */
export function oneAtATime(work: () => Promise<unknown>, pause: () => number): { run(): void; stop(): void } {
  let state: 'idle' | 'busy' | 'again' | 'stopped' = 'idle';
  let timer: ReturnType<typeof setTimeout> | undefined;
  const begin = () => {
    state = 'busy';
    void work()
      .catch(() => {}) // whoever shows it tells of it
      .then(() => (timer = setTimeout(next, pause())));
  };
  const next = () => {
    if (state === 'again') begin();
    else if (state === 'busy') state = 'idle';
  };
  return {
    run() {
      if (state === 'idle') begin();
      else if (state === 'busy') state = 'again';
    },
    stop() {
      state = 'stopped';
      clearTimeout(timer);
    },
  };
}
