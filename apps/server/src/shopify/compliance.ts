/** What a compliance webhook says, as far as anything is done about it; ids are Shopify's, as digits. */
export interface ComplianceBody {
  customerId: string | null;
  /** `orders_requested` or `orders_to_redact`. */
  orderIds: string[];
  /** E-mail address and phone number, by which bodies without the id can be found. */
  contacts: string[];
}

/**
 * Reads the body of customers/data_request, customers/redact or shop/redact; ids may exceed 2^53.
 * Rule: https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance
 * @throws SyntaxError when it is not JSON
 */
export function readCompliance(body: string): ComplianceBody {
  const value = JSON.parse(body, digits) as {
    customer?: { id?: unknown; email?: unknown; phone?: unknown } | null;
    orders_requested?: unknown;
    orders_to_redact?: unknown;
  } | null;
  const orders = value?.orders_to_redact ?? value?.orders_requested;
  const { id, email, phone } = value?.customer ?? {};
  return {
    customerId: idOf(id),
    orderIds: Array.isArray(orders) ? orders.flatMap((order) => idOf(order) ?? []) : [],
    contacts: [email, phone].filter((text): text is string => typeof text === 'string' && text.length > 3),
  };
}

const idOf = (value: unknown): string | null => (/^[1-9]\d{0,18}$/.test(String(value)) ? String(value) : null);

const digits = (_key: string, value: unknown, context?: { source?: string }): unknown =>
  typeof value === 'number' && /^\d+$/.test(context?.source ?? '') ? context!.source : value;
