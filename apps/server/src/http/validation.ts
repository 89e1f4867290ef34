import type { FastifySchemaCompiler } from 'fastify';
import { IsOptional, type TObject, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Default } from 'typebox/value';
import { BadInput, type FieldError, NotFound } from './errors.ts';

/**
 * Checks one part of a request against its contract. Only query strings are coerced (they are all text), and only to
 * integers and booleans; nothing unknown is dropped in silence. A path that does not fit its schema leads nowhere: 404.
 */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const contract = Compile(schema);
  return (input: unknown) => {
    if (httpPart === 'body' && input === null && IsOptional(schema)) return { value: undefined };
    const value = httpPart === 'querystring' ? Default(schema, coerce(schema as TObject, input)) : input;
    const errors = contract.Check(value) ? unstorable(value) : fieldErrors(schema, contract.Errors(value), httpPart);
    if (errors.length === 0) return { value };
    return { error: httpPart === 'params' ? new NotFound() : new BadInput(errors) };
  };
};

function coerce(schema: TObject, input: unknown): Record<string, unknown> {
  const values = { ...(input as Record<string, unknown>) };
  for (const [name, property] of Object.entries(schema.properties)) {
    const { type } = property as { type?: string };
    const value = values[name];
    if (type === 'integer' && typeof value === 'string' && /^-?\d{1,15}$/.test(value)) values[name] = Number(value);
    if (type === 'boolean' && (value === 'true' || value === 'false')) values[name] = value === 'true';
  }
  return values;
}

interface Finding {
  keyword: string;
  schemaPath: string;
  instancePath: string;
  params: object;
}

/** One message for each field, in words for people. */
function fieldErrors(schema: TSchema, findings: Finding[], httpPart = 'body'): FieldError[] {
  const messages = new Map<string, string>();
  const add = (path: string, message: string) => {
    if (!messages.has(path)) messages.set(path, message);
  };
  for (const { keyword, schemaPath, instancePath, params } of findings) {
    const path = instancePath.slice(1).split('/').map(unescape).join('.');
    const member = (name: string) => (path ? `${path}.${name}` : name);
    if (keyword === 'required') {
      for (const name of (params as { requiredProperties: string[] }).requiredProperties)
        add(member(name), 'is required');
    } else if (keyword === 'additionalProperties') {
      for (const name of (params as { additionalProperties: string[] }).additionalProperties) {
        add(member(name), 'is not known here');
      }
    } else if (keyword === 'boolean' && schemaPath.endsWith('/additionalProperties')) {
      add(path, 'is not known here');
    } else if (keyword !== 'boolean' && !schemaPath.includes('/anyOf/')) {
      add(path || httpPart, messageOf(keyword, params, at(schema, schemaPath)));
    }
  }
  // only the first few findings are given, and they may all be parts of another
  if (messages.size === 0) add(httpPart, 'has the wrong form');
  return [...messages].map(([path, message]) => ({ path, message }));
}

const unescape = (part: string) => part.replaceAll('~1', '/').replaceAll('~0', '~');

/** The schema that a finding's `schemaPath` (a JSON pointer) names. */
function at(schema: TSchema, pointer: string): Record<string, unknown> {
  let found: unknown = schema;
  for (const part of pointer.split('/').slice(1))
    found = (found as Record<string, unknown> | undefined)?.[unescape(part)];
  return (found ?? {}) as Record<string, unknown>;
}

function messageOf(keyword: string, params: object, schema: Record<string, unknown>): string {
  const { limit, type } = params as { limit?: unknown; type?: unknown };
  switch (keyword) {
    case 'type':
      return `must be ${/^[aio]/.test(String(type)) ? 'an' : 'a'} ${String(type)}`;
    case 'minLength':
      return limit === 1 ? 'must not be empty' : `must have at least ${String(limit)} characters`;
    case 'maxLength':
      return `must have at most ${String(limit)} characters`;
    case 'minItems':
      return limit === 1 ? 'must not be empty' : `must have at least ${String(limit)} entries`;
    case 'maxItems':
      return `must have at most ${String(limit)} entries`;
    case 'minimum':
      return `must be at least ${String(limit)}`;
    case 'maximum':
      return `must be at most ${String(limit)}`;
    case 'anyOf': {
      const choices = (schema.anyOf as { const?: unknown }[]).map((choice) => choice.const);
      return choices.includes(undefined) ? 'has the wrong form' : `must be one of ${choices.join(', ')}`;
    }
    case 'pattern': {
      if (schema.pattern === '\\S') return 'must not be blank';
      if (schema.pattern === '^\\d{1,16}$') return 'must be an id: up to 16 digits';
      const [example] = (schema.examples ?? []) as string[];
      return example === undefined ? 'has the wrong form' : `must look like ${example}`;
    }
    default:
      return 'has the wrong form';
  }
}

/** Text that the databases would refuse or change: NUL characters and halves of surrogate pairs. */
function unstorable(value: unknown, path = ''): FieldError[] {
  if (typeof value === 'string') {
    if (value.includes('\0')) return [{ path, message: 'must not contain a NUL character' }];
    return value.isWellFormed() ? [] : [{ path, message: 'must be valid Unicode' }];
  }
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, inner]) => unstorable(inner, path ? `${path}.${name}` : name));
}
