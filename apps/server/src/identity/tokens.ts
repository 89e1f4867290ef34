import fastifyJwt, { type JWT } from '@fastify/jwt';
import type { FastifyInstance } from 'fastify';
import { createHash } from 'node:crypto';
import { Unauthorized } from '../http/errors.ts';

const ISSUER = 'xeno';
const AUDIENCE = 'xeno-api';
/** RFC 9068; nothing else that is signed with these secrets passes for an access token. */
const TYPE = 'at+jwt';

export interface AccessClaims {
  /** User. */
  sub: string;
  /** Session. */
  sid: string;
}

export interface AccessTokens {
  issue(claims: AccessClaims): string;
  /** Throws Unauthorized for everything but a valid access token. */
  read(token: string): AccessClaims;
}

/** Access tokens are JWTs (HS256), signed with the newest secret and read with the one that their `kid` names. */
export async function createAccessTokens(
  app: FastifyInstance,
  secrets: string[],
  seconds: number,
): Promise<AccessTokens> {
  const kids = secrets.map((secret) => createHash('sha256').update(`kid:${secret}`).digest('hex').slice(0, 12));
  for (const [i, secret] of secrets.entries()) {
    const namespace = kids[i]!;
    await app.register(fastifyJwt, {
      namespace,
      secret,
      decoratorName: `user_${namespace}`,
      decode: { complete: true },
      sign: {
        algorithm: 'HS256',
        kid: namespace,
        header: { alg: 'HS256', typ: TYPE },
        expiresIn: seconds,
        iss: ISSUER,
        aud: AUDIENCE,
      },
      verify: {
        algorithms: ['HS256'],
        checkTyp: TYPE,
        allowedIss: ISSUER,
        allowedAud: AUDIENCE,
        requiredClaims: ['iss', 'aud', 'sub', 'sid', 'iat', 'exp'],
      },
    });
  }
  const jwts = app.jwt as unknown as Record<string, JWT>;
  const newest = jwts[kids[0]!]!;

  return {
    issue: (claims) => newest.sign(claims),
    read(token) {
      try {
        const { header } = newest.decode<{ header: { kid?: unknown } }>(token)!;
        const kid = kids.find((known) => known === header.kid);
        if (!kid) throw new Error('unknown key');
        const { sub, sid } = jwts[kid]!.verify<Record<keyof AccessClaims, unknown>>(token);
        if (typeof sub !== 'string' || typeof sid !== 'string') throw new Error('claims of the wrong type');
        return { sub, sid };
      } catch {
        throw new Unauthorized(
          'The access token is not valid, or no longer.',
          'invalid_token',
          'Bearer error="invalid_token", error_description="The access token is not valid, or no longer"',
        );
      }
    },
  };
}
