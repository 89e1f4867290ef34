/** Holds what lies over the page: dialogs and menus. */
const OVER = '[data-portal]';
/** What can take the focus in the place of something within it. */
const PARTS = 'ul, section, article, [role="dialog"], main';

/**
 * Where what has the keyboard's focus vanishes, a dialog or a row of a list, something has it nearby: what had it before
 * the dialog was opened, or the nearest part of the page around that is still there.
 */
export function keepFocus(): void {
  let focused: HTMLElement | null = null;
  /** From where the focus was last on the page itself, outwards. */
  let onPage: HTMLElement[] = [];
  /** The same within what lies over the page. */
  let over: HTMLElement[] = [];

  document.addEventListener('focusin', ({ target }) => {
    focused = target as HTMLElement;
    if (focused.closest(OVER)) over = outwards(focused);
    else [onPage, over] = [outwards(focused), []];
  });
  document.addEventListener('focusout', ({ target }) =>
    // The browser may tell of it before the element is gone: only what is still there then was left on purpose.
    queueMicrotask(() => {
      if (focused === target && focused?.isConnected) focused = null;
    }),
  );
  new MutationObserver(() => {
    if (!focused || focused.isConnected || document.activeElement !== document.body) return;
    for (const element of [...over, ...onPage]) {
      if (!element.isConnected) continue;
      if (element.matches(PARTS)) element.tabIndex = -1;
      element.focus({ preventScroll: true });
      if (document.activeElement === element) return;
    }
  }).observe(document.body, { childList: true, subtree: true });
}

/** The element and what it stands in, up to the whole page. */
function outwards(from: HTMLElement): HTMLElement[] {
  const all = [];
  for (let at: HTMLElement | null = from; at && at !== document.body; at = at.parentElement) all.push(at);
  return all;
}
