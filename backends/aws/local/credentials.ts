/**
 * The keys that sign requests to the table and the bodies: the owner's, the function's, and the temporary ones that a signed-in
 * person gets. Everything is derived from one secret of the install, so that nothing has to be kept and a restart
 * takes no key from anybody.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { toBase32 } from './base32.ts';
import { SignatureError } from './signature.ts';

/** On whose behalf a request is made. */
export type Principal =
  /** Whoever runs the cloud, who may do all. */
  | { readonly is: 'owner' }
  | { readonly is: 'function' }
  /** A person, known by the subject of their token, which is the session's principal tag. */
  | { readonly is: 'person'; readonly sub: string };

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface TemporaryCredentials extends AccessKey {
  readonly sessionToken: string;
  /** ms since 1970. */
  readonly expires: number;
}

export interface Credentials {
  readonly ownerKey: AccessKey;
  readonly functionKey: AccessKey;
  temporary(sub: string, lifetime: number): TemporaryCredentials;
  /**
   * Finds the secret behind a key.
   * @throws {SignatureError} InvalidAccessKeyId, InvalidToken or ExpiredToken
   */
  lookUp(accessKeyId: string, sessionToken: string | undefined): { secret: string; principal: Principal };
  /** All temporary credentials given out until now have expired. */
  expireAll(): void;
}

interface Session {
  readonly key: string;
  readonly sub: string;
  readonly expires: number;
  readonly generation: number;
}

/**
 * @param secret of this install
 * @param now ms since 1970
 */
export function createCredentials(secret: string, now: () => number): Credentials {
  let generation = 0;
  let issued = 0;
  const mac = (use: string, text: string) => createHmac('sha256', secret).update(`${use}\n${text}`).digest();
  const keyId = (prefix: string, seed: string) => prefix + toBase32(mac('key id', seed)).slice(0, 16);
  const secretOf = (accessKeyId: string) => mac('secret', accessKeyId).toString('base64').slice(0, 40);
  const keyOf = (principal: 'owner' | 'function'): AccessKey => {
    const accessKeyId = keyId('AKIA', principal);
    return { accessKeyId, secretAccessKey: secretOf(accessKeyId) };
  };
  const ownerKey = keyOf('owner');
  const functionKey = keyOf('function');

  const seal = (session: Session) => {
    const text = JSON.stringify(session);
    return Buffer.from(`${mac('session', text).toString('hex')}${text}`).toString('base64');
  };
  const open = (token: string): Session | undefined => {
    const text = Buffer.from(token, 'base64').toString();
    const sealed = text.slice(64);
    const tag = Buffer.from(text.slice(0, 64), 'hex');
    const right = mac('session', sealed);
    if (tag.length !== right.length || !timingSafeEqual(tag, right)) return undefined;
    return JSON.parse(sealed) as Session;
  };

  return {
    ownerKey,
    functionKey,
    temporary(sub, lifetime) {
      const expires = now() + lifetime;
      issued += 1;
      const accessKeyId = keyId('ASIA', `${sub} ${expires} ${issued}`);
      const sessionToken = seal({ key: accessKeyId, sub, expires, generation });
      return { accessKeyId, secretAccessKey: secretOf(accessKeyId), sessionToken, expires };
    },
    lookUp(accessKeyId, sessionToken) {
      if (sessionToken === undefined && accessKeyId === ownerKey.accessKeyId)
        return { secret: ownerKey.secretAccessKey, principal: { is: 'owner' } };
      if (sessionToken === undefined && accessKeyId === functionKey.accessKeyId)
        return { secret: functionKey.secretAccessKey, principal: { is: 'function' } };
      if (!accessKeyId.startsWith('ASIA')) throw new SignatureError('InvalidAccessKeyId');
      const session = sessionToken === undefined ? undefined : open(sessionToken);
      if (session?.key !== accessKeyId) throw new SignatureError('InvalidToken');
      if (session.expires <= now() || session.generation < generation) throw new SignatureError('ExpiredToken');
      return { secret: secretOf(accessKeyId), principal: { is: 'person', sub: session.sub } };
    },
    expireAll() {
      generation += 1;
    },
  };
}
