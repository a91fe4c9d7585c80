/** Signing in by an account, and looking after it: what the app asks of the engine in its worker. */
import type { AccountErrorKind } from '../../backends/provider.ts';

export type { AccountErrorKind } from '../../backends/provider.ts';

/** An account's provider said no, or couldn't be asked. */
export interface Refusal {
  readonly kind: 'refused';
  readonly reason: AccountErrorKind;
  /** What the provider said, without any secret: which rule a password breaks, or what to report. */
  readonly detail: string;
}

/** What a person who signs in by an account is asked next. */
export type SignInAsks =
  /** For the address and the password; from here they may also sign up, or say that they forgot it. */
  | { readonly step: 'sign-in' }
  /** For the code that was mailed to them: to prove the address, or to choose another password. */
  | { readonly step: 'confirm' | 'reset'; readonly email: string; readonly sentTo: string }
  /** For the code of their authenticator app, or, when they were invited, for a password of their own. */
  | { readonly step: 'totp' | 'new-password' };

/** A sign-in that is under way. One at a time. */
export interface SigningIn {
  readonly kind: 'signing-in';
  readonly label: string;
  /** To be filled in; empty when it isn't known. */
  readonly email: string;
  /** Whether it is for the connection in use, whose login has ended. */
  readonly again: boolean;
  readonly signUp: 'open' | 'invitation';
  readonly asks: SignInAsks;
}

export type SignInAnswer =
  | { readonly answer: 'sign-in' | 'sign-up'; readonly email: string; readonly password: string }
  | { readonly answer: 'confirm'; readonly email: string; readonly code: string }
  /** Another code to confirm with; or one with which to choose another password. */
  | { readonly answer: 'resend' | 'forgot'; readonly email: string }
  | { readonly answer: 'reset'; readonly email: string; readonly code: string; readonly password: string }
  | { readonly answer: 'totp' | 'new-password'; readonly text: string };

export interface AccountShown {
  readonly kind: 'account';
  readonly email: string;
  /** Whether signing in asks for a code of an authenticator app. */
  readonly totp: boolean;
}

export type AccountChange =
  | { readonly change: 'password'; readonly from: string; readonly to: string }
  /** Switches the second step on: proves that the authenticator app knows the secret of `newTotp`. */
  | { readonly change: 'prove-totp'; readonly code: string }
  | { readonly change: 'remove-totp' }
  /** The storage is disconnected from this device with it. What is on the device stays. */
  | { readonly change: 'sign-out'; readonly everywhere: boolean }
  /** Everything stored there goes, then the account; and the storage is disconnected. What is on the device stays. */
  | { readonly change: 'delete' };

/** Signing in by an account, and looking after it. Tokens stay in the worker. */
export interface Accounts extends AccountCare {
  /** Begins with a provider of the configuration, or with the cloud at an address that the person pasted. */
  beginSignIn(kind: string, options: { readonly address?: string }): Promise<SigningIn | Refusal>;
  /** Begins for the connection in use, whose login has ended. */
  beginSignInAgain(): Promise<SigningIn | Refusal>;
  /** The one under way, also after the page was loaded anew; null when there is none. */
  signingIn(): Promise<SigningIn | Refusal | null>;
  /** After `signed-in`, `found` tells what is there. When refused, what was asked is still to be answered. */
  answerSignIn(answer: SignInAnswer): Promise<SigningIn | { readonly kind: 'signed-in' } | Refusal>;
  /** Back to the address and the password. */
  restartSignIn(): Promise<SigningIn | Refusal | null>;
}

export interface AccountCare {
  /** The account of the connection in use. */
  account(): Promise<AccountShown | Refusal>;
  /** A secret for an authenticator app, and the same as an `otpauth:` address. Nothing changes until it is proved. */
  newTotp(): Promise<{ readonly kind: 'totp'; readonly secret: string; readonly address: string } | Refusal>;
  changeAccount(change: AccountChange): Promise<{ readonly kind: 'done' } | Refusal>;
}
