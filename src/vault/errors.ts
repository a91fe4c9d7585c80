/** What can be wrong with an object of a vault, or with a secret: one closed family. */
export type VaultErrorKind =
  /** The bytes are not what was sealed: cut, swapped, flipped, or never an object of ours. */
  | 'Damaged'
  /** Written in a format that this program doesn't know yet. It is left alone. */
  | 'Newer'
  /** Sealed with a key that this device's ring doesn't hold. */
  | 'UnknownKey'
  /** Belongs to another vault. */
  | 'Foreign'
  /** The passphrase or the recovery words don't open the slot. */
  | 'WrongSecret'
  /** A slot asks for more memory or time than any slot of ours would: not even tried. */
  | 'Unreasonable';

export class VaultError extends Error {
  override readonly name = 'VaultError';
  readonly kind: VaultErrorKind;
  /** `message` holds no key, no secret and no content. */
  constructor(kind: VaultErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

export function isVaultError(error: unknown, kind?: VaultErrorKind): error is VaultError {
  return error instanceof VaultError && (kind === undefined || error.kind === kind);
}

/** The storage was connected for another vault than the one that this device belongs to now: nothing was read or written (rule V9). */
export class OtherVault extends Error {
  override readonly name = 'OtherVault';
  constructor() {
    super('this device has left the vault that the storage was connected for');
  }
}

/** The account that is signed in isn't the one this vault was connected to: nothing was read or written (rule V9). */
export class OtherAccount extends Error {
  override readonly name = 'OtherAccount';
  readonly account: string;
  constructor(account: string) {
    super('signed in to another account than the one that holds the vault');
    this.account = account;
  }
}
