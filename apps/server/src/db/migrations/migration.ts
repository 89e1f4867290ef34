import type { Types } from '../types.ts';

/**
 * One statement: MySQL commits at each that is DDL, so that a migration that dies half-way is either done or not done.
 * A landed migration is never edited; expand first, contract a release later.
 */
export interface Migration {
  name: string;
  up: (types: Types) => string;
}
