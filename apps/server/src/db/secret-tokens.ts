import { createHash, createHmac, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** 256 random bits. Only the hash is stored. */
export function newSecretToken(): { token: string; hash: string } {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: hashToken(token) };
}

/** The one that follows a token: always the same, and nobody else's to know without the secret. */
export function nextSecretToken(token: string, secret: string): { token: string; hash: string } {
  const next = createHmac('sha256', secret).update(`the token after ${token}`).digest('base64url');
  return { token: next, hash: hashToken(next) };
}

export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');

const API_TOKEN = /^xeno_([0-9a-f]{64})([0-9a-f]{8})$/;

/** A prefix and a checksum (CRC-32 of the 64 digits before it) tell scanners for secrets what it is. */
export function newApiToken(): { token: string; hash: string } {
  const secret = randomBytes(32).toString('hex');
  const token = `xeno_${secret}${checksum(secret)}`;
  return { token, hash: hashToken(token) };
}

export function isApiToken(text: string): boolean {
  const [, secret = '', sum] = API_TOKEN.exec(text) ?? [];
  return sum !== undefined && checksum(secret) === sum;
}

const checksum = (text: string): string => crc32(text).toString(16).padStart(8, '0');
