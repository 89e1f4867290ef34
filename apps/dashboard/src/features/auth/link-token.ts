import { stored } from '../../lib/stored.ts';

/**
 * The secret that a link carries behind its `#`. It is taken out of the address bar, and kept for this tab: whoever has to
 * log in first comes back without it.
 */
export function linkToken(purpose: 'reset' | 'email' | 'invitation'): string | null {
  const key = `xeno-link-${purpose}`;
  const given = window.location.hash.slice(1);
  if (given) {
    stored(() => sessionStorage.setItem(key, given));
    window.history.replaceState(window.history.state, '', window.location.pathname);
  }
  return given || stored(() => sessionStorage.getItem(key));
}

export const forgetLinkToken = (purpose: 'reset' | 'email' | 'invitation'): void =>
  void stored(() => sessionStorage.removeItem(`xeno-link-${purpose}`));
