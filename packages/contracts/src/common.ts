import { Type, type Static, type TSchema } from 'typebox';

export const nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

/** Personal data of a customer: null, with `masked: true` beside it, where the role may not see it. */
export const personal = <S extends TSchema>(schema: S) =>
  Type.Union([schema, Type.Null()], {
    'x-personal': true,
    description: 'Null where the role may not see personal data.',
  });
/** Beside what is `personal`. */
export const masked = Type.Optional(Type.Literal(true, { description: 'Set where personal data is left out.' }));

/** A decimal string with as many decimals as ISO 4217 gives the currency, as Shopify's MoneyV2. */
export const Money = Type.Object(
  {
    amount: Type.String({ pattern: '^-?\\d+(\\.\\d+)?$', examples: ['1234.50'] }),
    currencyCode: Type.String({ pattern: '^[A-Z]{3,4}$', examples: ['GBP'] }),
  },
  { additionalProperties: false },
);
export type Money = Static<typeof Money>;

/** A day of the store's own calendar. */
export const localDate = (description?: string) =>
  Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', examples: ['2026-03-29'], ...(description ? { description } : {}) });
export const LocalDate = localDate();
/** As many days as one answer tells of. */
export const MAX_DAYS = 40_000;
/** ISO 8601 in UTC. */
export const Instant = Type.String({ examples: ['2026-03-29T01:00:00.000Z'] });
/** Shopify's numeric id as a string of digits: it exceeds 2^53. */
export const ShopifyId = Type.String({ pattern: '^\\d{1,20}$', examples: ['6200354537772'] });
/** Our own ids: below 2^53, as a string of digits. */
export const Id = Type.String({ pattern: '^\\d{1,16}$' });

/** What a list by pages is asked with; `cursor` is the `nextCursor` of the page before. */
export const page = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
  cursor: Type.Optional(Type.String()),
};
export const Page = Type.Object(page, { additionalProperties: false });

/** What it answers; `nextCursor` is null on the last page. */
export const pageOf = <S extends TSchema>(item: S) =>
  Type.Object({ data: Type.Array(item), nextCursor: nullable(Type.String()) });

/** RFC 9457 problem details: what every error looks like. */
export const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.Optional(Type.String()),
  code: Type.Optional(Type.String({ description: 'Stable machine-readable name of the error.' })),
  errors: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
});
export type Problem = Static<typeof Problem>;

export const Role = Type.Union([Type.Literal('admin'), Type.Literal('analyst'), Type.Literal('store_manager')]);
export type Role = Static<typeof Role>;
