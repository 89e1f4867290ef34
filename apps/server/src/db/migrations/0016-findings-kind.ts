import type { Migration } from './migration.ts';

export const findingsKind: Migration[] = [
  {
    name: '0016-findings-kind',
    // `ledger_difference` is longer than 16; SQLite enforces no lengths
    up: (t) => (t.dialect === 'sqlite' ? 'SELECT 1' : `ALTER TABLE findings MODIFY kind ${t.string(32)} NOT NULL`),
  },
];
