/**
 * What the conformance suite needs to know about a place where objects can be stored: how to open it, how
 * long to wait for it, and, where it can be arranged, how to make it misbehave. The suite knows providers
 * only through this, and so it runs in Node, in a browser page and against a real account alike.
 */
import type { ConnectionSettings } from '../provider.ts';
import type { Storage, StorageErrorKind } from '../storage.ts';

/** The calls of the storage interface, by name. */
export type Operation = keyof Storage;

/**
 * How to wait for something that is promised "in the end". The suite looks, pauses, and looks again, at
 * most `tries` times; it never reads a clock itself.
 */
export interface Patience {
  readonly tries: number;
  /** Resolves when it is worth looking again: a real place waits a moment, one in memory moves its clock. */
  pause(): Promise<void>;
}

export interface Place {
  /** For titles and reports, for example "Dropbox (emulator)". */
  readonly title: string;
  /**
   * Every name that the suite makes begins with this, so that it can run in an account that holds other
   * things. Unique to this run; lower-case letters, digits and `-`; at most 40 characters.
   */
  readonly prefix: string;
  readonly patience: Patience;
  /** A new connection to the same account, sharing nothing in memory with the others that it need not share. */
  open(): Promise<Storage>;
  /** What is stored to open the place again. */
  settings(): Promise<ConnectionSettings>;
  /** Opens the place from such settings, as after a restart of the program. */
  reopen(settings: ConnectionSettings): Promise<Storage>;
  /** Tokens and keys in use until now. None may appear in an error, a log line or a label. */
  secrets(): readonly string[];
  /** Ends what the place has started (a server, for example). */
  close?(): Promise<void>;

  // What follows is optional. A check that needs what isn't there says that it was skipped, and why.

  /** Like `open`, and its listings come in pages of about this many events. */
  readonly openPaged?: (pageSize: number) => Promise<Storage>;
  /** Sizes in bytes at which this provider or its client changes its ways; tried beside the usual ones. */
  readonly sizes?: readonly number[];
  /** How many requests all connections have sent until now. */
  readonly requests?: () => number;
  /** Every line that the connections and the provider's library have logged until now. */
  readonly logged?: () => readonly string[];
  /** The provider's clock, in ms since 1970. */
  readonly providerNow?: () => number;
  readonly faults?: Faults;
}

/**
 * Ways to make the place misbehave; functions that need no `this`. Each is armed for one request and concerns
 * any connection of the place.
 */
export interface Faults {
  /** Disarms whatever was armed and not met, and releases what is held. */
  readonly clear: () => void | Promise<void>;
  /** The next download ends early, although the answer announced all of its bytes. */
  readonly truncateNextDownload?: () => void | Promise<void>;
  /** The next request of this operation is answered with status 200 and the HTML of somebody's login page. */
  readonly answerNextWithHtml?: (operation: 'put' | 'get' | 'changes' | 'delete' | 'about') => void | Promise<void>;
  /** From now on the provider honours no cursor that it has given out. */
  readonly expireCursors?: () => void | Promise<void>;
  /** Holds up the next request of this operation. */
  readonly hold?: (operation: Operation, moment: HoldMoment) => Hold;
  /** Each error that the provider is known to answer, and what it must become. */
  readonly errors?: readonly ProviderError[];
}

/** `request`: before the provider has seen it. `reply`: when the provider has done it and not yet answered. */
export type HoldMoment = 'request' | 'reply';

export interface Hold {
  /** Resolves when the request has come as far as the moment asked for. */
  readonly reached: Promise<void>;
  /** Lets it go on. Fine to call when the request was never sent or was cancelled. */
  release(): void;
}

export interface ProviderError {
  /** In words, for example "429 in plain text". */
  readonly title: string;
  readonly operation: Operation;
  readonly kind: StorageErrorKind;
  /** With `RateLimited`: the wait in ms that the provider's answer asks for. */
  readonly retryAfter?: number;
  /** Makes the operation's next call meet the error, however often the client itself asks again within that call. */
  arm(): void | Promise<void>;
}
