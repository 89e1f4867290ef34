import type { Database, Tx } from '../db/database.ts';
import { newId } from '../db/ids.ts';
import type { SealedTable } from '../db/reseal.ts';
import type { Sealer } from '../db/seal.ts';
import { instantText, marks } from '../db/values.ts';
import type { Hint, JobKind } from '../jobs/job.ts';
import { isRefused, type Mail, type MailServer } from './mail.ts';

/** Whoever has mails to send. */
export interface Mailer {
  /**
   * Sends a mail soon after the caller's transaction has committed, and never without it. Null: to nobody, at the same
   * cost, so that how long an answer takes does not tell whether there was somebody to write to.
   */
  post(tx: Tx, mail: Mail | null): Promise<void>;
}

const MAILS = 'mails';
const KEY = 'all';
/** Somewhere in it the sending begins, so that no answer can be timed by the work after it. */
const SOON_MS = 1_000;
const AT_ONCE = 10;
const LONGEST_PAUSE_SECONDS = 600;

const boundTo = (id: string): string => `mail:${id}`;

export const MAIL_SEALS: SealedTable = {
  table: 'mails',
  label: 'id',
  columns: { sealed: ({ id }) => boundTo(id!) },
};

/** Where mails stand until they are sent: in the database, sealed. */
export const createOutbox = ({ db, seal, hint }: { db: Database; seal: Sealer; hint: Hint }): Mailer => ({
  async post(tx, mail) {
    const id = newId();
    const now = instantText(db.dialect, Date.now());
    const sealed = seal.seal(JSON.stringify(mail), boundTo(id));
    await tx.insert('mails', ['id', 'sealed', 'created_at', 'due_at', 'tries'], [[id, sealed, now, now, 0]], null);
    setTimeout(() => hint(MAILS, KEY), Math.random() * SOON_MS).unref();
  },
});

interface Row {
  id: string | number;
  sealed: string;
  tries: number;
}

/**
 * Sends what is in the outbox, by one process at a time: `alone` does the work unless another process is at it. One that
 * is killed after a mail was sent and before that is noted sends it again. A mail that could not be sent after `mailTries`
 * is given up and logged, without to whom.
 */
export function mailJobs(options: {
  db: Database;
  seal: Sealer;
  server: MailServer;
  log: { error(fields: object, message: string): void };
  mailTries: number;
  /** The first pause after a failure; it doubles with each. */
  mailRetrySeconds: number;
  alone(work: () => Promise<void>, signal: AbortSignal): Promise<unknown>;
}): JobKind {
  const { db, seal, server, log, mailTries, mailRetrySeconds, alone } = options;

  const due = () =>
    db.read<Row>(`SELECT id, sealed, tries FROM mails WHERE due_at <= ? ORDER BY due_at, id LIMIT ${AT_ONCE}`, [
      new Date(),
    ]);

  /** Whether it is done with, sent or given up. */
  async function deliver({ id, sealed, tries }: Row): Promise<boolean> {
    try {
      const mail = JSON.parse(seal.open(sealed, boundTo(String(id)))) as Mail | null;
      if (mail) await server.send(mail);
      return true;
    } catch (error) {
      const isLast = tries + 1 >= mailTries || isRefused(error);
      // what the server says may name the address
      const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
      if (isLast) log.error({ code, responseCode, tries: tries + 1 }, 'an e-mail could not be sent and is given up');
      return isLast;
    }
  }

  async function sendSome(): Promise<boolean> {
    const rows = await due();
    const isDone = await Promise.all(rows.map(deliver));
    const done = rows.filter((_, i) => isDone[i]);
    await db.transaction(async (tx) => {
      if (done.length > 0) {
        await tx.run(
          `DELETE FROM mails WHERE id IN (${marks(done)})`,
          done.map(({ id }) => BigInt(id)),
        );
      }
      for (const { id, tries } of rows.filter((row) => !done.includes(row))) {
        const seconds = Math.min(LONGEST_PAUSE_SECONDS, mailRetrySeconds * 2 ** tries);
        await tx.run('UPDATE mails SET tries = ?, due_at = ? WHERE id = ?', [
          tries + 1,
          new Date(Date.now() + seconds * 1000),
          BigInt(id),
        ]);
      }
    });
    return rows.length === AT_ONCE;
  }

  return {
    name: MAILS,
    concurrency: 1,
    pending: async () => ((await due()).length > 0 ? [KEY] : []),
    async run(_key, signal) {
      let more = false;
      await alone(async () => void (more = await sendSome()), signal);
      return more ? 'more' : 'done';
    },
  };
}
