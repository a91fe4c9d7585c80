/** Names of a vault's objects: they tell the vault and the kind, and nothing else (rule V1). */
import { isObjectName, type ObjectName } from '../../backends/storage.ts';
import { hexOf } from '../notes/ids.ts';

declare const brand: unique symbol;

/** 16 random bytes as 32 hexadecimal digits. */
export type VaultId = string & { readonly [brand]: 'VaultId' };

/** A pack, a key slot, an attachment chunk. */
export type ObjectKind = 'p' | 'k' | 'a';

export interface ParsedName {
  readonly vault: VaultId;
  /** Kinds that this program doesn't know are kept and left alone. */
  readonly kind: string;
  /** SHA-256 of the object's bytes (attachments: a random id), 64 hexadecimal digits. */
  readonly hash: string;
}

const NAME = /^(?:log|files)\/([0-9a-f]{32})\.([a-z])\.([0-9a-f]{64})$/;

export function nameOf(vault: VaultId, kind: ObjectKind, hash: Uint8Array): ObjectName {
  const name = `${kind === 'a' ? 'files' : 'log'}/${vault}.${kind}.${hexOf(hash)}`;
  if (!isObjectName(name)) throw new RangeError(`"${name}" is not an object name`);
  return name;
}

/** Null for what isn't an object of any vault. */
export function parseName(name: string): ParsedName | null {
  const match = NAME.exec(name);
  return match ? { vault: match[1] as VaultId, kind: match[2] as string, hash: match[3] as string } : null;
}
