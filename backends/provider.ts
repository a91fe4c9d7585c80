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
  open(config: ProviderConfig, settings: ConnectionSettings, deps: OpenDeps): Storage;
}

export class ConsentError extends Error {
  override readonly name = 'ConsentError';
  readonly kind: 'Declined' | 'Mismatch' | 'Failed';
  constructor(kind: ConsentError['kind'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
