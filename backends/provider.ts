/**
 * What a provider's folder offers besides its client: how a person gives consent, and how a connection
 * is opened again from what was stored. The engine knows providers only through this.
 */
import type { Storage } from './storage.ts';

/** One provider's part of `config.json`. Never holds a secret. */
export interface ProviderConfig {
  /** The public client id that the provider gave this deployment. */
  readonly clientId: string;
  /** Shown instead of the provider's own name, for example "Dropbox (local demo)". */
  readonly label?: string;
  /** Base addresses, for a stand-in or a proxy; each provider names its own keys. */
  readonly endpoints?: Readonly<Record<string, string>>;
}

/** Plain JSON: what has to be kept to open the storage again. Holds tokens, so it is never logged or shown. */
export type ConnectionSettings = Readonly<Record<string, unknown>>;

/** Plain JSON: what has to be kept while the person is away at the provider's consent page. */
export type PendingConsent = Readonly<Record<string, unknown>> & { readonly state: string };

export interface ProviderDeps {
  readonly fetch: typeof fetch;
  /** ms since 1970. */
  readonly now: () => number;
  readonly randomBytes: (length: number) => Uint8Array<ArrayBuffer>;
}

export interface OpenDeps extends ProviderDeps {
  /** Called when a token was renewed; keep what is given in place of the old settings. */
  readonly save: (settings: ConnectionSettings) => Promise<void>;
}

export interface Provider {
  /** The key in `config.json` and in stored connections. */
  readonly kind: string;
  /** The provider's own name, as people know it. */
  readonly name: string;
  readonly access: RedirectAccess | AccountAccess;
  open(config: ProviderConfig, settings: ConnectionSettings, deps: OpenDeps): Storage;
}

/** The person says yes on a page of the provider's, and comes back. */
export interface RedirectAccess {
  readonly by: 'redirect';
  /** Where the browser must be sent, and what to keep until it comes back to `redirectUri`. */
  begin(
    config: ProviderConfig,
    redirectUri: string,
    deps: ProviderDeps,
  ): Promise<{ url: string; pending: PendingConsent }>;
  /**
   * Turns the address that the browser came back to into settings.
   * @throws {ConsentError} when the person said no, or the answer isn't the one that was asked for.
   */
  finish(
    config: ProviderConfig,
    pending: PendingConsent,
    callback: URL,
    deps: ProviderDeps,
  ): Promise<ConnectionSettings>;
}

/** The person has an account there, with a password, and signs in through forms of Satchel's own. */
export interface AccountAccess {
  readonly by: 'account';
  /**
   * What is public of the deployment at an address that the person pasted.
   * @throws {AccountError} `NoCloud` when nothing of the kind answers there.
   */
  configAt(address: string, deps: ProviderDeps): Promise<ProviderConfig>;
  /** Nobody is signed in yet. */
  begin(config: ProviderConfig, deps: ProviderDeps): Promise<SignIn>;
  /** The account of a connection that is signed in. */
  account(config: ProviderConfig, settings: ConnectionSettings, deps: OpenDeps): Promise<Account>;
}

/** What to ask the person next. */
export type SignInStep =
  | { readonly step: 'signed-in'; readonly settings: ConnectionSettings }
  /** A code was mailed to prove that the address is theirs. `sentTo` may be shortened: `m***@e***`. */
  | { readonly step: 'confirm'; readonly email: string; readonly sentTo: string }
  /** The six digits of their authenticator app. */
  | { readonly step: 'totp' }
  /** They were invited, with a password for once: they choose their own. */
  | { readonly step: 'new-password' }
  /** A code was mailed, with which they choose another password. */
  | { readonly step: 'reset'; readonly email: string; readonly sentTo: string };

/** One person's way in, step by step. Every call rejects with an AccountError where it can't go on; the step stays. */
export interface SignIn {
  /** Whether strangers may make an account, or people have to be invited. */
  readonly signUp: 'open' | 'invitation';
  signUpAs(email: string, password: string): Promise<SignInStep>;
  /** Signs in at once where the password is still known from `signUpAs` or `signIn`. */
  confirm(email: string, code: string): Promise<SignInStep | { readonly step: 'sign-in' }>;
  /** Another confirmation code. */
  resend(email: string): Promise<SignInStep>;
  signIn(email: string, password: string): Promise<SignInStep>;
  /** The answer to `totp` or `new-password`. */
  answer(text: string): Promise<SignInStep>;
  forgot(email: string): Promise<SignInStep>;
  reset(email: string, code: string, password: string): Promise<SignInStep>;
}

export interface Account {
  readonly email: string;
  changePassword(from: string, to: string): Promise<void>;
  /** Whether signing in asks for a code of an authenticator app. */
  totp(): Promise<boolean>;
  /** A new secret for an authenticator app, and the same as an `otpauth:` address. Nothing is asked for until it is proved. */
  beginTotp(): Promise<{ readonly secret: string; readonly address: string }>;
  proveTotp(code: string): Promise<void>;
  removeTotp(): Promise<void>;
  signOut(options: { readonly everywhere: boolean }): Promise<void>;
  /** Everything stored there goes first, then the account. */
  deleteAccount(): Promise<void>;
}

export type AccountErrorKind =
  /** The address or the password isn't right; which of them isn't told. */
  | 'WrongPassword'
  | 'WrongCode'
  | 'CodeExpired'
  /** An account with this address is there already. */
  | 'Exists'
  | 'NotConfirmed'
  /** An administrator wants them to choose another password first. */
  | 'ResetRequired'
  /** Too simple for the rules of this cloud; the message says which rule. */
  | 'WeakPassword'
  | 'BadEmail'
  /** Accounts are made by invitation only. */
  | 'Closed'
  | 'TooMany'
  /** The step that was answered is too old: begin again. */
  | 'SessionExpired'
  | 'Offline'
  | 'NoCloud'
  /** Signed out meanwhile, here or by the account's owner elsewhere. */
  | 'SignedOut'
  | 'Failed';

/** What went wrong with an account, named for what to do next. The message holds no password, code or token. */
export class AccountError extends Error {
  override readonly name = 'AccountError';
  readonly kind: AccountErrorKind;
  constructor(kind: AccountErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

export class ConsentError extends Error {
  override readonly name = 'ConsentError';
  readonly kind: 'Declined' | 'Mismatch' | 'Failed';
  constructor(kind: ConsentError['kind'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
