const SCOPES: Record<string, string> = {
  read_orders: 'See the orders of the last 60 days, with their refunds and transactions',
  read_all_orders: 'See all orders, however old',
  read_customers: 'See customers, with their names, e-mail addresses and orders',
  read_products: 'See products and their variants',
  read_inventory: 'See stock and locations',
  read_reports: 'See reports',
  read_customer_merge: 'See when customers are merged',
  read_locations: 'See locations',
  read_returns: 'See returns',
};

const escapeHtml = (text: string) =>
  text.replace(/[&<>"']/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c]!);

const inWords = (scope: string) => {
  const text =
    SCOPES[scope] ??
    scope
      .replaceAll('_', ' ')
      .replace(/^read/, 'See')
      .replace(/^write/, 'Change');
  return text.charAt(0).toUpperCase() + text.slice(1);
};

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>
  :root { color-scheme: light dark; --line: #d5d9d6; --soft: #5b635e; --accent: #00694a; --on: #fff; --card: #fff; --back: #f1f4f2; }
  @media (prefers-color-scheme: dark) {
    :root { --line: #3b433f; --soft: #a8b3ad; --accent: #5ad1a4; --on: #06251a; --card: #1c211f; --back: #121514; }
  }
  * { box-sizing: border-box; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--back);
    font: 1rem/1.5 system-ui, sans-serif; }
  main { width: min(30rem, 100%); padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: 1rem; }
  h1 { margin: 0 0 .25rem; font-size: 1.35rem; line-height: 1.3; }
  p { margin: .5rem 0; }
  .soft { color: var(--soft); font-size: .9rem; overflow-wrap: anywhere; }
  h2 { margin: 1.5rem 0 .5rem; font-size: 1rem; }
  ul { margin: 0; padding: 0; list-style: none; border-top: 1px solid var(--line); }
  li { padding: .6rem 0; border-bottom: 1px solid var(--line); }
  form { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem; }
  button { flex: 1 1 8rem; min-height: 2.75rem; padding: .5rem 1rem; border: 1px solid var(--line); border-radius: .5rem;
    background: transparent; color: inherit; font: inherit; cursor: pointer; }
  button.primary { order: 1; border-color: var(--accent); background: var(--accent); color: var(--on); font-weight: 600; }
  button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}

/** What the merchant is asked before an app is installed. */
export function consentPage(
  shop: { name: string; domain: string },
  appId: string,
  scopes: string[],
  nonce: string,
): string {
  const list = scopes.map(
    (scope) => `<li>${escapeHtml(inWords(scope))} <span class="soft">(${escapeHtml(scope)})</span></li>`,
  );
  return page(
    `Install app · ${shop.name}`,
    `<p class="soft">Shopify sandbox · nothing here is real</p>
<h1>Install this app on ${escapeHtml(shop.name)}?</h1>
<p class="soft">${escapeHtml(shop.domain)} · app ${escapeHtml(appId)}</p>
<h2>The app will be able to</h2>
<ul>${list.join('') || '<li>See the store’s name and settings</li>'}</ul>
<form method="post">
  <input type="hidden" name="request" value="${escapeHtml(nonce)}">
  <button class="primary" type="submit" name="decision" value="install">Install app</button>
  <button type="submit" name="decision" value="cancel">Cancel</button>
</form>`,
  );
}

export function messagePage(title: string, message: string): string {
  return page(
    title,
    `<p class="soft">Shopify sandbox</p>\n<h1>${escapeHtml(title)}</h1>\n<p>${escapeHtml(message)}</p>`,
  );
}
