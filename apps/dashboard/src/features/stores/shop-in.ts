const ADDRESSES = [
  /^(?:https:\/\/)?admin\.shopify\.com\/store\/([a-z0-9-]+)(?:[/?#].*)?$/i,
  /^(?:https?:\/\/)?([a-z0-9-]+\.myshopify\.com)(?:[/?#].*)?$/i,
];

/** The shop that somebody has typed, or whose address they have pasted: of its admin, or of the shop itself. */
export function shopIn(text: string): string {
  const typed = text.trim();
  for (const address of ADDRESSES) {
    const [, shop] = address.exec(typed) ?? [];
    if (shop) return shop;
  }
  return typed;
}
