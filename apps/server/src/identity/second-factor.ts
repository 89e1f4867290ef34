import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import type { Database, Tx } from '../db/database.ts';
import type { SealedTable } from '../db/reseal.ts';
import type { User } from '../db/models/user.ts';
import type { Sealer } from '../db/seal.ts';
import { BadInput, Conflict } from '../http/errors.ts';
import { hashToken } from '../db/secret-tokens.ts';

const STEP_SECONDS = 30;
const RECOVERY_CODES = 10;

const totpBinding = (userId: string): string => `user:${userId}:totp`;

export const TOTP_SEALS: SealedTable = {
  table: 'users',
  label: 'email',
  columns: { totp_secret: ({ id }) => totpBinding(id!) },
};

const totpOf = (secret: Secret, email = ''): TOTP =>
  new TOTP({ issuer: 'Xeno', label: email, secret, digits: 6, period: STEP_SECONDS });

/** A new secret for a user, which counts once a code of it is confirmed. */
export async function beginSecondFactor(tx: Tx, seal: Sealer, user: User): Promise<{ secret: string; uri: string }> {
  if (user.totpConfirmedAt) throw new Conflict('A second factor is set up already. Turn it off first.', 'already_on');
  const secret = new Secret({ size: 20 });
  const totpSecret = seal.seal(secret.base32, totpBinding(user.id));
  await user.update({ totpSecret }, { transaction: tx.transaction });
  return { secret: secret.base32, uri: totpOf(secret, user.email).toString() };
}

/** Turns the second factor on; gives the recovery codes, of which only hashes are kept. */
export async function confirmSecondFactor(tx: Tx, seal: Sealer, user: User, code: string): Promise<string[]> {
  if (user.totpConfirmedAt) throw new Conflict('A second factor is set up already. Turn it off first.', 'already_on');
  if (!user.totpSecret) throw new Conflict('There is no second factor to confirm. Begin again.', 'not_begun');
  if (!(await fitsTotp(tx, seal, user, code))) {
    throw new BadInput([{ path: 'code', message: 'is not the code that the app shows now' }]);
  }
  await user.update({ totpConfirmedAt: new Date() }, { transaction: tx.transaction });
  return replaceRecoveryCodes(tx, user);
}

/** @throws Conflict where there is none that could be changed */
export function requireSecondFactor(user: User): void {
  if (!user.totpConfirmedAt) throw new Conflict('There is no second factor. Set one up first.', 'not_on');
}

/** New recovery codes in place of those that are left, of which only hashes are kept. */
export async function renewRecoveryCodes(tx: Tx, user: User): Promise<string[]> {
  requireSecondFactor(user);
  return replaceRecoveryCodes(tx, user);
}

/** How many a user has that were not used. */
export async function countRecoveryCodes(db: Database, user: User): Promise<number> {
  if (!user.totpConfirmedAt) return 0;
  const [row] = await db.read<{ codes: unknown }>(
    'SELECT COUNT(*) AS codes FROM recovery_codes WHERE user_id = ? AND used_at IS NULL',
    [BigInt(user.id)],
  );
  return Number(row!.codes);
}

async function replaceRecoveryCodes(tx: Tx, user: User): Promise<string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
  await tx.run('DELETE FROM recovery_codes WHERE user_id = ?', [BigInt(user.id)]);
  const rows = codes.map((each) => [BigInt(user.id), hashToken(plain(each))]);
  await tx.insert('recovery_codes', ['user_id', 'code_hash'], rows, null);
  return codes;
}

export async function endSecondFactor(tx: Tx, user: User): Promise<void> {
  await user.update({ totpSecret: null, totpConfirmedAt: null }, { transaction: tx.transaction });
  await tx.run('UPDATE users SET totp_last_step = NULL WHERE id = ?', [BigInt(user.id)]);
  await tx.run('DELETE FROM recovery_codes WHERE user_id = ?', [BigInt(user.id)]);
}

/** Whether a code looks like the app's; a recovery code is longer. */
export const isTotp = (code: string): boolean => /^\s*\d{3}\s?\d{3}\s*$/.test(code);

/** What a code is: the app's, or a recovery code, that was not used; it is used up with this transaction. Null: neither. */
export async function readSecondFactor(
  tx: Tx,
  seal: Sealer,
  user: User,
  code: string,
): Promise<'app' | 'recovery' | null> {
  if (isTotp(code)) return (await fitsTotp(tx, seal, user, code)) ? 'app' : null;
  const used = await tx.run(
    'UPDATE recovery_codes SET used_at = ? WHERE user_id = ? AND code_hash = ? AND used_at IS NULL',
    [new Date(), BigInt(user.id), hashToken(plain(code))],
  );
  return used === 1 ? 'recovery' : null;
}

/** One step early or late is let pass, since clocks differ; no step twice. */
async function fitsTotp(tx: Tx, seal: Sealer, user: User, code: string): Promise<boolean> {
  if (!user.totpSecret) return false;
  const secret = Secret.fromBase32(seal.open(user.totpSecret, totpBinding(user.id)));
  const now = Date.now();
  const delta = totpOf(secret).validate({ token: code.replaceAll(/\s/g, ''), timestamp: now, window: 1 });
  if (delta === null) return false;
  const step = Math.floor(now / 1000 / STEP_SECONDS) + delta;
  const used = await tx.run(
    'UPDATE users SET totp_last_step = ? WHERE id = ? AND (totp_last_step IS NULL OR totp_last_step < ?)',
    [step, BigInt(user.id), step],
  );
  return used === 1;
}

/** 80 bits, in groups that can be read out. */
const newRecoveryCode = (): string => randomBytes(10).toString('hex').match(/.{5}/g)!.join('-');

const plain = (code: string): string => code.toLowerCase().replaceAll(/[^0-9a-f]/g, '');
