import type { FindingKind, StreamName } from '@xeno/contracts';
import type { Database } from '../../db/database.ts';

/** A difference, and whether it is gone now. What is expected and found is text for people. */
export interface Finding {
  kind: FindingKind;
  stream: StreamName | null;
  shopifyId: string | null;
  /** Of an order: `#1001`. */
  name: string | null;
  localDate: string | null;
  expected: string | null;
  found: string | null;
  mended: boolean;
}

/** More than these are counted and not listed. */
const LISTED = 1_000;

/** Gathers the findings of one reconciliation, and stores them as they come. */
export class Findings {
  count = 0;
  readonly #db: Database;
  readonly #key: [tenant: bigint, reconciliation: bigint];

  constructor(db: Database, tenantId: string, reconciliationId: string) {
    this.#db = db;
    this.#key = [BigInt(tenantId), BigInt(reconciliationId)];
  }

  async add(findings: Partial<Finding>[]): Promise<void> {
    const listed = findings.slice(0, Math.max(0, LISTED - this.count));
    const first = this.count;
    this.count += findings.length;
    if (listed.length === 0) return;
    await this.#db.transaction((tx) =>
      tx.insert(
        'findings',
        [
          'tenant_id',
          'reconciliation_id',
          'position',
          'kind',
          'stream',
          'shopify_id',
          'name',
          'local_date',
          'expected',
          'found',
          'mended',
        ],
        listed.map((finding, i) => [
          ...this.#key,
          first + i,
          finding.kind,
          finding.stream ?? null,
          finding.shopifyId === undefined || finding.shopifyId === null ? null : BigInt(finding.shopifyId),
          finding.name ?? null,
          finding.localDate ?? null,
          finding.expected ?? null,
          finding.found ?? null,
          finding.mended ?? false,
        ]),
        null,
      ),
    );
  }
}
