import { afterEach, expect, it, vi } from 'vitest';
import { forgetLinkToken, linkToken } from '../features/auth/link-token.ts';
import { rememberedStore, rememberStore } from '../features/stores/remembered.ts';

afterEach(() => vi.unstubAllGlobals());

it('where the browser forbids to keep anything, nothing is kept, and nothing breaks', () => {
  const forbidden = new Proxy(
    {},
    {
      get() {
        throw new DOMException('The operation is insecure.', 'SecurityError');
      },
    },
  );
  vi.stubGlobal('localStorage', forbidden);
  vi.stubGlobal('sessionStorage', forbidden);
  const replaceState = vi.fn();
  vi.stubGlobal('window', {
    location: { hash: '#secret', pathname: '/invitation' },
    history: { state: null, replaceState },
  });

  rememberStore('7');
  expect(rememberedStore()).toBeNull();
  expect(linkToken('invitation')).toBe('secret');
  expect(replaceState).toHaveBeenCalledWith(null, '', '/invitation');
  forgetLinkToken('invitation');
});
