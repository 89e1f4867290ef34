/** A JSON schema as the OpenAPI document has it, as far as the contracts use it. */
export interface Schema {
  type?: string;
  const?: unknown;
  anyOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  pattern?: string;
  examples?: unknown[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
}

export interface Operation {
  method: string;
  path: string;
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
  security?: Record<string, unknown>[];
}

export type Random = () => number;

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

const HOSTILE: readonly unknown[] = [
  '',
  ' ',
  '0',
  '-1',
  '1e309',
  '9'.repeat(25),
  'NaN',
  'null',
  'undefined',
  "' OR '1'='1' --",
  '"; DROP TABLE users; --',
  '<script>alert(1)</script>',
  '../../etc/passwd',
  '%00',
  '\0',
  '\ud800',
  '\u202e\u0000\ufeff',
  '💥'.repeat(200),
  'x'.repeat(5_000),
  '${jndi:ldap://x}',
  '=1+1',
  '2026-02-30',
  '0000-00-00',
  '9999-12-31',
  '-271821-04-20',
  'a@b',
  '__proto__',
  'constructor',
  0,
  -1,
  1.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  2 ** 53 + 2,
  true,
  null,
  [],
  [[[]]],
  {},
  { $gt: '' },
  { length: 1e9 },
];

const PATTERNS: [RegExp, (random: Random) => string][] = [
  [/\\d\{4\}-/, (random) => pick(random, ['2025-01-01', '2026-11-01', '2026-11-24', '1970-01-01', '2000-02-29'])],
  [/@/, (random) => `fuzz${Math.floor(random() * 1e6)}@example.com`],
  [/\\d/, (random) => String(Math.floor(random() * 1e15))],
];

/** A value, mostly one that the schema takes. `known` are values that exist: ids of things, answers of before. */
export function valueOf(random: Random, schema: Schema, known: readonly string[], depth = 0): unknown {
  if (random() < 0.12 || depth > 6) return pick(random, HOSTILE);
  if ('const' in schema) return schema.const;
  const choices = schema.anyOf ?? schema.allOf;
  if (choices) return valueOf(random, pick(random, choices), known, depth + 1);
  if (schema.examples && random() < 0.5) return pick(random, schema.examples);
  switch (schema.type) {
    case 'object':
      return objectOf(random, schema, known, depth);
    case 'array':
      return Array.from({ length: Math.floor(random() * 4) }, () =>
        valueOf(random, schema.items ?? {}, known, depth + 1),
      );
    case 'integer':
    case 'number': {
      const least = schema.minimum ?? -5;
      return Math.floor(least + random() * ((schema.maximum ?? 200) - least + 1));
    }
    case 'boolean':
      return random() < 0.5;
    case 'null':
      return null;
    default: {
      if (random() < 0.4 && known.length > 0) return pick(random, known);
      const made = PATTERNS.find(([pattern]) => pattern.test(schema.pattern ?? ''))?.[1](random);
      return made ?? 'word '.repeat(1 + Math.ceil((schema.minLength ?? 1) / 5)).trim();
    }
  }
}

function objectOf(random: Random, schema: Schema, known: readonly string[], depth: number): object {
  const chosen = Object.entries(schema.properties ?? {}).filter(
    ([name]) => random() < (schema.required?.includes(name) ? 0.95 : 0.5),
  );
  const made = chosen.map(([name, property]) => [name, valueOf(random, property, known, depth + 1)] as const);
  if (random() < 0.05)
    made.push(...Array.from({ length: 12 }, (_, i) => [`extra${i}`, pick(random, HOSTILE)] as const));
  return Object.fromEntries(made);
}

/** Anything as the text of a query or a path. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value)) ?? '';
