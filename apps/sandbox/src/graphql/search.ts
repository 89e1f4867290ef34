import { startOfDate } from '../store/zone.ts';

/** Shopify's search syntax: `created_at:>=2024-01-01 AND (status:open OR tag:'a b') -test:true`. */
export type Search =
  | { kind: 'and' | 'or'; parts: Search[] }
  | { kind: 'not'; part: Search }
  | { kind: 'term'; field: string | null; op: Operator; value: string };

export type Operator = ':' | '<' | '<=' | '>' | '>=';
export type Term = Extract<Search, { kind: 'term' }>;

const TOKEN =
  /\s*(?:(\()|(\))|(-)?(?:([A-Za-z_][\w.]*):)?(>=|<=|>|<)?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s()]+))/gy;

interface Token {
  kind: '(' | ')' | 'word' | 'term';
  negated: boolean;
  term: Term;
}

export function parseSearch(query: string): Search {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const text = query.trimEnd();
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (!match) break;
    const [, open, close, minus, field, op, raw] = match;
    const quoted = raw !== undefined && /^["']/.test(raw);
    const value = raw === undefined ? '' : quoted ? raw.slice(1, -1).replace(/\\(.)/g, '$1') : raw;
    tokens.push({
      kind: open ? '(' : close ? ')' : field === undefined && !quoted ? 'word' : 'term',
      negated: minus !== undefined,
      term: { kind: 'term', field: field?.toLowerCase() ?? null, op: (op as Operator | undefined) ?? ':', value },
    });
  }
  let at = 0;
  const isWord = (word: string) => tokens[at]?.kind === 'word' && tokens[at]!.term.value.toUpperCase() === word;

  function either(): Search {
    const parts = [both()];
    while (isWord('OR')) {
      at++;
      parts.push(both());
    }
    return parts.length === 1 ? parts[0]! : { kind: 'or', parts };
  }
  function both(): Search {
    const parts: Search[] = [];
    while (at < tokens.length && tokens[at]!.kind !== ')' && !isWord('OR')) {
      if (isWord('AND')) at++;
      else parts.push(one());
    }
    return { kind: 'and', parts };
  }
  function one(): Search {
    if (isWord('NOT')) {
      at++;
      return at < tokens.length ? { kind: 'not', part: one() } : { kind: 'and', parts: [] };
    }
    const token = tokens[at++]!;
    if (token.kind !== '(') return token.negated ? { kind: 'not', part: token.term } : token.term;
    const inner = either();
    at++; // the closing parenthesis; a missing one is forgiven
    return inner;
  }
  const parsed = either();
  return parsed;
}

/** A closed range of milliseconds. */
export interface Range {
  low: number;
  high: number;
}

export const everything = (): Range => ({ low: -Infinity, high: Infinity });

/** The instants that a term on a time field stands for; a bare date is the whole local day. */
export function timeRange(term: Term, timezone: string, now: number): Range | null {
  const value = term.value;
  let first: number;
  let last: number;
  if (value === 'now') first = last = now;
  else if (/^\d{4}-\d{2}-\d{2}$/.test(value)) {
    first = startOfDate(value, timezone);
    last = startOfDate(new Date(Date.parse(value) + 864e5).toISOString().slice(0, 10), timezone) - 1;
  } else {
    const zoned = /(Z|[+-]\d{2}:?\d{2})$/i.test(value);
    first = Date.parse(zoned ? value : `${value}Z`);
    // written in whole seconds, equality means that second
    last = /\.\d+/.test(value) ? first : first + (term.op === ':' ? 999 : 0);
  }
  if (Number.isNaN(first)) return null;
  switch (term.op) {
    case ':':
      return { low: first, high: last };
    case '>=':
      return { low: first, high: Infinity };
    case '>':
      return { low: last + 1, high: Infinity };
    case '<':
      return { low: -Infinity, high: first - 1 };
    case '<=':
      return { low: -Infinity, high: last };
  }
}

/** Ranges that hold for the whole search: those of terms that are and-ed at the top. */
export function topRange(search: Search, field: string, timezone: string, now: number): Range {
  const range = everything();
  const terms = search.kind === 'and' ? search.parts : [search];
  for (const term of terms) {
    if (term.kind === 'and') {
      const inner = topRange(term, field, timezone, now);
      range.low = Math.max(range.low, inner.low);
      range.high = Math.min(range.high, inner.high);
    } else if (term.kind === 'term' && term.field === field) {
      const found = timeRange(term, timezone, now);
      range.low = Math.max(range.low, found?.low ?? -Infinity);
      range.high = Math.min(range.high, found?.high ?? Infinity);
    }
  }
  return range;
}

/** How a field of some thing answers a term; undefined means the field cannot be searched and is ignored. */
export type Fields<T> = Record<string, (thing: T, term: Term) => boolean>;

export function matches<T>(search: Search, thing: T, fields: Fields<T>): boolean {
  switch (search.kind) {
    case 'and':
      return search.parts.every((part) => matches(part, thing, fields));
    case 'or':
      return search.parts.some((part) => matches(part, thing, fields));
    case 'not':
      return !matches(search.part, thing, fields);
    case 'term': {
      const test = fields[search.field ?? 'default'];
      return test === undefined || test(thing, search);
    }
  }
}

export function termsOf(search: Search): Term[] {
  if (search.kind === 'term') return [search];
  return search.kind === 'not' ? termsOf(search.part) : search.parts.flatMap(termsOf);
}

/** Text equality as Shopify's search does it: case aside, `*` at the end for prefixes, a comma for alternatives. */
export function textMatches(value: string | null | undefined, term: Term): boolean {
  if (value == null) return false;
  const text = value.toLowerCase();
  return term.value
    .toLowerCase()
    .split(',')
    .some((wanted) =>
      wanted === '*' ? text !== '' : wanted.endsWith('*') ? text.startsWith(wanted.slice(0, -1)) : text === wanted,
    );
}

export function numberMatches(value: number | bigint, term: Term): boolean {
  const wanted = /^-?\d+$/.test(term.value) ? BigInt(term.value) : Number(term.value);
  switch (term.op) {
    case ':':
      return !(value < wanted) && !(value > wanted);
    case '<':
      return value < wanted;
    case '<=':
      return value <= wanted;
    case '>':
      return value > wanted;
    case '>=':
      return value >= wanted;
  }
}

export function timeMatches(value: number, term: Term, timezone: string, now: number): boolean {
  const range = timeRange(term, timezone, now);
  return range !== null && value >= range.low && value <= range.high;
}

/** `id:5400…`, `id:gid://shopify/Order/5400…`, `id:>5400…`. */
export function idMatches(digits: string, term: Term): boolean {
  const wanted = term.value.slice(term.value.lastIndexOf('/') + 1);
  return /^\d+$/.test(wanted) && numberMatches(BigInt(digits), { ...term, value: wanted });
}
