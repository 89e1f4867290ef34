/**
 * A search filter for what lies in `[from, to)`; null leaves a side open. Half-open, because Shopify filters by more than
 * the whole seconds it answers with: windows that touch neither overlap nor leave a gap.
 */
export function timeWindow(field: 'created_at' | 'updated_at', from: Date | null, to: Date | null): string | null {
  const terms = [];
  if (from) terms.push(`${field}:>='${from.toISOString()}'`);
  if (to) terms.push(`${field}:<'${to.toISOString()}'`);
  return terms.length > 0 ? terms.join(' AND ') : null;
}
