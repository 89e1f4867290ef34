/** What of a JSON schema tells where personal data is. */
interface Schema {
  'x-personal'?: boolean;
  properties?: Record<string, Schema>;
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
}

export type Mask = (answer: unknown) => unknown;

/**
 * What takes personal data out of answers of a contract: fields marked `personal` become null, and the object that holds
 * them says `masked: true`. Null where there are none.
 */
export function maskOf(schema: Schema): Mask | null {
  const parts = [...(schema.allOf ?? []), ...(schema.anyOf ?? [])].flatMap((part) => maskOf(part) ?? []);
  const item = schema.items ? maskOf(schema.items) : null;
  const properties = Object.entries(schema.properties ?? {});
  const personal = properties.filter(([, property]) => property['x-personal']).map(([name]) => name);
  const nested = properties.flatMap(([name, property]) => {
    const mask = maskOf(property);
    return mask ? [[name, mask] as const] : [];
  });
  if (parts.length === 0 && !item && personal.length === 0 && nested.length === 0) return null;

  return (answer) => {
    if (answer === null || typeof answer !== 'object') return answer;
    if (Array.isArray(answer)) return item ? answer.map((each) => item(each)) : (answer as unknown[]);
    const masked: Record<string, unknown> = { ...answer };
    for (const [name, mask] of nested) masked[name] = mask(masked[name]);
    for (const name of personal) masked[name] = null;
    if (personal.length > 0) masked.masked = true;
    return parts.reduce<unknown>((value, mask) => mask(value), masked);
  };
}
