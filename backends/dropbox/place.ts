/** Dropbox as a place for the conformance suite: a stand-in that can be made to misbehave, or a real account. */
import { listenToConsole } from '../conformance/console.ts';
import type { Faults, Hold, HoldMoment, Operation, Place, ProviderError } from '../conformance/place.ts';
import type { ConnectionSettings, OpenDeps, ProviderConfig } from '../provider.ts';
import type { StorageErrorKind } from '../storage.ts';
import type { OpenOptions } from './connect.ts';
import { openDropbox } from './connect.ts';
import type { DropboxEmulator } from './emulator/emulator.ts';
import { DEMO_CLIENT_ID } from './emulator/emulator.ts';
import type { Fault } from './emulator/faults.ts';
import { sleep } from '../sleep.ts';

/** The routes that an operation's own request goes to. */
const ROUTES: Readonly<Record<Operation, string>> = {
  put: 'files/upload',
  get: 'files/download',
  changes: 'files/list_folder|files/list_folder/continue',
  delete: 'files/delete_v2|files/delete_batch',
  watch: 'files/list_folder/longpoll',
  about: 'users/get_current_account',
};

const json = (retryAfter: number): Fault => ({ kind: 'rate-limit', body: 'json', retryAfter });
const text: Fault = { kind: 'rate-limit', body: 'text' };
const routeError = (error: Readonly<Record<string, unknown>>): Fault => ({ kind: 'error', error });
const uploadError = (reason: Readonly<Record<string, unknown>>): Fault =>
  routeError({ '.tag': 'path', reason, upload_session_id: 'pid_upload_session:none' });

const CALLS = ['put', 'get', 'changes', 'delete', 'about'] as const;

/** Everything that Dropbox is known to answer, and what it has to become. */
const ERRORS: readonly (readonly [
  title: string,
  operations: readonly Operation[],
  fault: Fault,
  kind: StorageErrorKind,
  retryAfter?: number,
])[] = [
  ['429 in JSON', CALLS, json(15), 'RateLimited', 15_000],
  ['429 in plain text', CALLS, text, 'RateLimited'],
  ['429 in plain text with Retry-After', ['get'], { ...text, retryAfter: 7 }, 'RateLimited', 7000],
  [
    '429 for too many write operations',
    ['put', 'delete'],
    { kind: 'rate-limit', body: 'json', reason: 'too_many_write_operations', retryAfter: 1 },
    'RateLimited',
    1000,
  ],
  ['409 for too many write operations', ['put'], uploadError({ '.tag': 'too_many_write_operations' }), 'RateLimited'],
  ['409 for too many deletions', ['delete'], routeError({ '.tag': 'too_many_write_operations' }), 'RateLimited'],
  ['503 in HTML', CALLS, { kind: 'unavailable', status: 503 }, 'Unavailable'],
  ['500 in HTML', ['put'], { kind: 'unavailable', status: 500 }, 'Unavailable'],
  ['the connection breaks before the call', CALLS, { kind: 'drop', when: 'before' }, 'Unavailable'],
  ['the connection breaks after the call', CALLS, { kind: 'drop', when: 'after' }, 'Unavailable'],
  [
    '401 for an expired token, again and again',
    CALLS,
    { kind: 'unauthorized', tag: 'expired_access_token' },
    'Unauthorized',
  ],
  ['401 for an invalid token', CALLS, { kind: 'unauthorized', tag: 'invalid_access_token' }, 'Unauthorized'],
  ['401 for a suspended account', CALLS, { kind: 'unauthorized', tag: 'user_suspended' }, 'Unauthorized'],
  ['401 for a missing scope', ['put'], { kind: 'missing-scope', scope: 'files.content.write' }, 'Unauthorized'],
  ['403', ['get'], { kind: 'error', status: 403, error: { '.tag': 'no_permission' } }, 'Unauthorized'],
  ['the account is full', ['put'], uploadError({ '.tag': 'insufficient_space' }), 'QuotaExceeded'],
  ['the name is refused', ['put'], uploadError({ '.tag': 'disallowed_name' }), 'Rejected'],
  ['a tag that nobody knows yet', ['put'], uploadError({ '.tag': 'brand_new_reason' }), 'Unavailable'],
  [
    'the bytes did not arrive as they were sent',
    ['put'],
    routeError({ '.tag': 'content_hash_mismatch' }),
    'Unavailable',
  ],
  [
    '400 in plain text',
    ['put', 'get', 'delete'],
    { kind: 'bad-input', text: 'request body: unknown field' },
    'Rejected',
  ],
  ['400 for a cursor', ['changes', 'watch'], { kind: 'bad-input', text: 'Invalid cursor' }, 'CursorExpired'],
  ['a cursor is reset', ['changes', 'watch'], routeError({ '.tag': 'reset' }), 'CursorExpired'],
  ['the folder is gone', ['changes'], routeError({ '.tag': 'path', path: { '.tag': 'not_found' } }), 'CursorExpired'],
];

function signalled(): { readonly given: Promise<void>; readonly give: () => void } {
  let resolve: (() => void) | undefined;
  const given = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { given, give: () => resolve?.() };
}

function holdIn(emulator: DropboxEmulator, releases: Set<() => void>) {
  return (operation: Operation, moment: HoldMoment): Hold => {
    const reached = signalled();
    const released = signalled();
    releases.add(released.give);
    const fault: Fault = { kind: 'hold', moment, reached: reached.give, released: released.given };
    emulator.addFault({ route: ROUTES[operation], fault });
    return { reached: reached.given, release: released.give };
  };
}

function faultsOf(emulator: DropboxEmulator): Faults {
  const releases = new Set<() => void>();
  const arm = (operation: Operation, fault: Fault, times: number | 'always' = 1) =>
    emulator.addFault({ route: ROUTES[operation], fault, times });
  return {
    clear() {
      emulator.clearFaults();
      for (const release of releases) release();
      releases.clear();
    },
    truncateNextDownload: () => arm('get', { kind: 'truncate', bytes: 100, cut: true }),
    answerNextWithHtml: (operation) => arm(operation, { kind: 'html' }),
    expireCursors: () => emulator.resetCursors(),
    hold: holdIn(emulator, releases),
    errors: ERRORS.flatMap(([title, operations, fault, kind, retryAfter]) =>
      operations.map(
        (operation): ProviderError => ({
          title,
          operation,
          kind,
          ...(retryAfter !== undefined && { retryAfter }),
          arm: () => arm(operation, fault, 'always'),
        }),
      ),
    ),
  };
}

export interface EmulatedPlaceOptions {
  readonly emulator: DropboxEmulator;
  /** Leads to the emulator, over a network or not. */
  readonly fetch: typeof fetch;
  /** For `config.endpoints`. Absent: the service's own addresses, which `fetch` has to lead to the emulator. */
  readonly endpoints?: Readonly<Record<string, string>>;
  readonly mode: 'auto' | 'header' | 'url';
  /** For the place's title, for example "header mode". */
  readonly title: string;
  readonly close?: () => Promise<void>;
}

const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const randomPrefix = () => `check-${crypto.randomUUID().slice(0, 8)}`;

export function emulatedDropboxPlace(options: EmulatedPlaceOptions): Place {
  const { emulator, mode } = options;
  const config: ProviderConfig = {
    clientId: DEMO_CLIENT_ID,
    ...(options.endpoints && { endpoints: options.endpoints }),
  };
  const secrets = new Set<string>();
  const heard = listenToConsole();
  let settings: ConnectionSettings = { clientId: DEMO_CLIENT_ID, ...emulator.signIn() };
  const deps: OpenDeps = {
    fetch: options.fetch,
    now: () => emulator.world.clock.now(),
    randomBytes,
    async save(renewed) {
      settings = renewed;
    },
  };
  const open = async (from: ConnectionSettings, extra: OpenOptions = {}) =>
    openDropbox(config, from, deps, { mode, ...extra });

  return {
    title: `Dropbox (emulator, ${options.title})`,
    prefix: randomPrefix(),
    patience: { tries: 500, pause: () => sleep(10) },
    open: () => open(settings),
    openPaged: (pageSize) => open(settings, { pageSize }),
    settings: async () => settings,
    reopen: (from) => open(from),
    secrets() {
      for (const token of emulator.world.accessTokens.keys()) secrets.add(token);
      for (const token of emulator.world.refreshTokens.keys()) secrets.add(token);
      return [...secrets];
    },
    requests: () => emulator.requests.length,
    logged: () => heard.lines,
    providerNow: () => emulator.world.clock.now(),
    faults: faultsOf(emulator),
    async close() {
      heard.stop();
      await options.close?.();
    },
  };
}

/**
 * A real account's app folder; undefined when the environment names none.
 * @param env `SATCHEL_DROPBOX_TOKEN`: an access token with the four scopes, for example one made in the App
 *   Console; it has to live as long as the suite runs.
 */
export function liveDropboxPlace(env: Readonly<Record<string, string | undefined>>): Place | undefined {
  const token = env['SATCHEL_DROPBOX_TOKEN'];
  if (token === undefined || token === '') return undefined;
  const config: ProviderConfig = { clientId: '' };
  const settings: ConnectionSettings = { accessToken: token };
  const deps: OpenDeps = { fetch, now: Date.now, randomBytes, save: async () => undefined };
  const open = async (from: ConnectionSettings, extra: OpenOptions = {}) => openDropbox(config, from, deps, extra);
  const heard = listenToConsole();
  return {
    title: 'Dropbox (real account)',
    prefix: randomPrefix(),
    patience: { tries: 60, pause: () => sleep(1000) },
    open: () => open(settings),
    openPaged: (pageSize) => open(settings, { pageSize }),
    settings: async () => settings,
    reopen: (from) => open(from),
    secrets: () => [token],
    logged: () => heard.lines,
    close: async () => heard.stop(),
  };
}
