import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

export interface SealKey {
  /** Letters, digits, `_` and `-`. */
  id: string;
  /** 32 bytes. */
  key: Uint8Array;
}

/** Seals what is stored, bound to what it is for. */
export interface Sealer {
  seal(plaintext: string, boundTo: string): string;
  /** Throws if the text was changed, was sealed for something else, or by a key that is not known. */
  open(sealed: string, boundTo: string): string;
  /** How what the newest key has sealed begins. */
  newestPrefix: string;
}

/**
 * Encrypts secrets for storage with AES-256-GCM: `v1.<keyId>.<nonce>.<ciphertext>.<tag>`, parts in base64url.
 * A text is bound to what it was sealed for (the shop and the purpose): moved to another row it does not open.
 * Keys come newest first: the first one seals, all of them open. A key should seal no more than 2^32 texts,
 * since nonces are random.
 */
export function createSealer(keys: readonly SealKey[]): Sealer {
  const newest = keys[0];
  if (!newest) throw new Error('No encryption key.');
  for (const { id, key } of keys) {
    if (!/^[A-Za-z0-9_-]+$/.test(id)) throw new Error(`Not an encryption key id: ${JSON.stringify(id)}`);
    if (key.length !== 32) throw new Error(`The encryption key ${id} must have 32 bytes.`);
  }
  const byId = new Map(keys.map(({ id, key }) => [id, key]));
  if (byId.size !== keys.length) throw new Error('Two encryption keys have the same id.');

  return {
    newestPrefix: `v1.${newest.id}.`,

    seal(plaintext, boundTo) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', newest.key, nonce);
      cipher.setAAD(additionalData(newest.id, boundTo));
      const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      const parts = [nonce, ciphertext, cipher.getAuthTag()].map((part) => part.toString('base64url'));
      return ['v1', newest.id, ...parts].join('.');
    },

    open(sealed, boundTo) {
      const match = /^v1\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]*)\.([A-Za-z0-9_-]{22})$/.exec(sealed);
      if (!match) throw new Error('Not a sealed text.');
      const [, id = '', nonce = '', ciphertext = '', tag = ''] = match;
      const key = byId.get(id);
      if (!key) throw new Error(`Sealed with the unknown encryption key ${id}.`);
      const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'), { authTagLength: 16 });
      decipher.setAAD(additionalData(id, boundTo));
      decipher.setAuthTag(Buffer.from(tag, 'base64url'));
      try {
        return Buffer.concat([decipher.update(Buffer.from(ciphertext, 'base64url')), decipher.final()]).toString(
          'utf8',
        );
      } catch {
        throw new Error('The sealed text was changed, or sealed for something else.');
      }
    },
  };
}

const additionalData = (keyId: string, boundTo: string): Buffer => Buffer.from(`v1.${keyId}.${boundTo}`, 'utf8');
