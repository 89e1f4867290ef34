import { createMemoryHistory } from '@tanstack/react-router';
import { expect, test } from 'vitest';
import { router } from './router.tsx';

/** What the page of an address is told of it. */
function searchOf(address: string): object {
  router.update({ ...router.options, history: createMemoryHistory({ initialEntries: [address] }) });
  const { search } = router.matchRoutes(router.latestLocation).at(-1)!;
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));
}

test.each([
  ['/stores/connect-error?code=access_denied&shop=%3Cimg%20src=x%3E&ask=evil@example.com', { code: 'access_denied' }],
  ['/audit-log?store=7&action=nonsense&user=zzz&from=abc&to=2026-13-45', { store: '7' }],
  ['/operations?store=7&status=zzz&topic=x', { store: '7' }],
  ['/?store=7&period=nonsense&compare=toString', { store: '7' }],
  ['/?store=7&period=custom&from=abc&to=2026-13-45', { store: '7' }],
  ['/?period=custom&from=2026-13-45&to=2026-14-01', {}],
  ['/team?store=x', {}],
  ['/login?redirect=https://evil.example&x=1', { redirect: '/' }],
  ['/login?redirect=//evil.example', { redirect: '/' }],
  ['/login?redirect=/%5Cevil.example', { redirect: '/' }],
  ['/login?redirect=/%09/evil.example', { redirect: '/' }],
  ['/login?redirect=/%0A/evil.example', { redirect: '/' }],
  ['/login?redirect=/%0D%5Cevil.example', { redirect: '/' }],
  ['/login?redirect=/stores/%5C%5Cevil.example', { redirect: '/' }],
])('what makes no sense in an address does not reach its page: %s', (address, search) => {
  expect(searchOf(address)).toEqual(search);
});

test.each([
  ['/audit-log?store=7&action=tokens&from=2026-01-01', { store: '7', action: 'tokens', from: '2026-01-01' }],
  ['/register?redirect=/operations?store=7', { redirect: '/operations?store=7' }],
])('what makes sense does: %s', (address, search) => {
  expect(searchOf(address)).toEqual(search);
});

test('the address bar is rid of what makes no sense', () => {
  searchOf('/operations?store=7&status=zzz');
  const { pathname } = router.latestLocation;
  expect(router.buildLocation({ to: pathname, search: true } as object).href).toBe('/operations?store=7');
});
