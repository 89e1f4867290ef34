import type { Migration } from './migration.ts';

/** Whom a data request names besides by ids (JSON): bodies may name somebody by an address alone. */
export const requestContacts: Migration[] = [
  { name: '0022-request-contacts', up: (t) => `ALTER TABLE privacy_requests ADD COLUMN contacts ${t.text}` },
];
