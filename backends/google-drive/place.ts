/** Google Drive as a place for the conformance suite: a stand-in that can be made to misbehave, or a real account. */
import type { Faults, Hold, HoldMoment, Operation, Place, ProviderError } from '../conformance/place.ts';
import type { HandClock } from '../hand-clock.ts';
import type { ConnectionSettings } from '../provider.ts';
import { sleep } from '../sleep.ts';
import type { StorageErrorKind } from '../storage.ts';
import { createGoogleDriveStorage, type GoogleDriveDeps } from './client.ts';
import type { DriveEmulator } from './emulator/emulator.ts';
import type { Fault } from './emulator/faults.ts';
import { createJournal, type Journal } from './journal.ts';
import { createKept, type Space } from './settings.ts';

/** What an operation's own request is called. */
const ROUTES: Readonly<Record<Operation, string>> = {
  put: 'files.upload',
  get: 'files.download',
  changes: 'files.list|changes.list',
  delete: 'files.delete|batch',
  watch: 'changes.list',
  about: 'about.get',
};

const refused = (status: number, reason: string, retryAfter?: number): Fault => ({
  kind: 'error',
  status,
  reason,
  ...(retryAfter !== undefined && { retryAfter }),
});

const CALLS = ['put', 'get', 'changes', 'delete', 'about'] as const;
const HOUR_MS = 60 * 60 * 1000;

/** Everything that Drive is known to answer, and what it has to become. */
const ERRORS: readonly (readonly [
  title: string,
  operations: readonly Operation[],
  fault: Fault,
  kind: StorageErrorKind,
  retryAfter?: number,
])[] = [
  ['429', CALLS, refused(429, 'rateLimitExceeded'), 'RateLimited'],
  ['429 with Retry-After', ['get'], refused(429, 'rateLimitExceeded', 7), 'RateLimited', 7000],
  ['403 for the rate of the project', CALLS, refused(403, 'rateLimitExceeded'), 'RateLimited'],
  ['403 for the rate of the person', CALLS, refused(403, 'userRateLimitExceeded'), 'RateLimited'],
  ['403 for the rate of sharing', ['put'], refused(403, 'sharingRateLimitExceeded'), 'RateLimited'],
  ['403 for the limit of the day', CALLS, refused(403, 'dailyLimitExceeded'), 'RateLimited', HOUR_MS],
  ['500', CALLS, refused(500, 'internalError'), 'Unavailable'],
  ['500 of what is behind', CALLS, refused(500, 'backendError'), 'Unavailable'],
  ['502 in HTML', ['get'], { kind: 'unavailable', status: 502 }, 'Unavailable'],
  ['503 in HTML', CALLS, { kind: 'unavailable', status: 503 }, 'Unavailable'],
  ['504 in HTML', ['put'], { kind: 'unavailable', status: 504 }, 'Unavailable'],
  ['403 in HTML', CALLS, { kind: 'unavailable', status: 403 }, 'Unavailable'],
  ['404 in HTML', CALLS, { kind: 'unavailable', status: 404 }, 'Unavailable'],
  ['408', ['put'], refused(408, 'requestTimeout'), 'Unavailable'],
  ['the connection breaks before the call', CALLS, { kind: 'drop', when: 'before' }, 'Unavailable'],
  [
    'the connection breaks after the call',
    ['put', 'get', 'changes', 'about'],
    { kind: 'drop', when: 'after' },
    'Unavailable',
  ],
  ['401, again and again', CALLS, { kind: 'unauthorized' }, 'Unauthorized'],
  ['403 for a scope that was not granted', CALLS, { kind: 'insufficient-scopes' }, 'Unauthorized'],
  ['403 for a file that was taken from the app', ['get'], refused(403, 'appNotAuthorizedToFile'), 'Unauthorized'],
  ['403 for what the domain forbids', CALLS, refused(403, 'domainPolicy'), 'Unauthorized'],
  ['the account is full', ['put'], refused(403, 'storageQuotaExceeded'), 'QuotaExceeded'],
  ['the account is full, as 400', ['put'], refused(400, 'storageQuotaExceeded'), 'QuotaExceeded'],
  ['there are too many files', ['put'], refused(403, 'activeItemCreationLimitExceeded'), 'QuotaExceeded'],
  [
    'there are too many files in the folder',
    ['put'],
    refused(403, 'numChildrenInNonRootLimitExceeded'),
    'QuotaExceeded',
  ],
  ['403 for the rights to a file', ['put', 'delete'], refused(403, 'insufficientFilePermissions'), 'Rejected'],
  ['403 for what is called abuse', ['get'], refused(403, 'cannotDownloadAbusiveFile'), 'Rejected'],
  ['403 for a reason that nobody knows yet', ['put'], refused(403, 'brandNewReason'), 'Rejected'],
  ['400', ['put', 'get', 'delete', 'about'], refused(400, 'badRequest'), 'Rejected'],
  ['400 for a parameter', ['get', 'about'], refused(400, 'invalidParameter'), 'Rejected'],
  ['411', ['put'], refused(411, 'required'), 'Rejected'],
  ['404 for a file that is listed', ['get'], refused(404, 'notFound'), 'NotFound'],
  ['400 for a page token', ['changes', 'watch'], refused(400, 'invalid'), 'CursorExpired'],
  ['404 for a page token', ['changes', 'watch'], refused(404, 'notFound'), 'CursorExpired'],
  ['410 for a page token', ['changes'], refused(410, 'updatedMinTooLongAgo'), 'CursorExpired'],
  // The last, as what is deleted can't be asked for.
  ['the connection breaks after the deletion', ['delete'], { kind: 'drop', when: 'after' }, 'Unavailable'],
];

function signalled(): { readonly given: Promise<void>; readonly give: () => void } {
  let resolve: (() => void) | undefined;
  const given = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { given, give: () => resolve?.() };
}

function holdIn(emulator: DriveEmulator, releases: Set<() => void>) {
  return (operation: Operation, moment: HoldMoment): Hold => {
    const reached = signalled();
    const released = signalled();
    releases.add(released.give);
    const fault: Fault = { kind: 'hold', moment, reached: reached.give, released: released.given };
    emulator.addFault({ route: ROUTES[operation], fault });
    return { reached: reached.given, release: released.give };
  };
}

function faultsOf(emulator: DriveEmulator): Faults {
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
    expireCursors: () => emulator.resetPageTokens(),
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

/** Everything written to the console from now on. */
function listenToConsole(): { readonly lines: string[]; stop(): void } {
  const lines: string[] = [];
  const before = { ...console };
  for (const level of ['debug', 'info', 'log', 'warn', 'error'] as const) {
    // oxlint-disable-next-line no-console -- listening to it is the purpose
    console[level] = (...words: unknown[]) => {
      lines.push(words.map(String).join(' '));
      before[level](...words);
    };
  }
  return { lines, stop: () => void Object.assign(console, before) };
}

export interface EmulatedPlaceOptions {
  readonly emulator: DriveEmulator;
  /** The emulator's own: the suite's pauses move it. */
  readonly clock: HandClock;
  /** Leads to the emulator, over a network or not. */
  readonly fetch: typeof fetch;
  readonly api: string;
  readonly space: Space;
  /** Whether all connections are one program's, which they have to be where listings lag; else each is a device's. */
  readonly together: boolean;
  /** For the place's title, for example "visible folder". */
  readonly title: string;
  readonly close?: () => Promise<void>;
}

const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const randomPrefix = () => `check-${crypto.randomUUID().slice(0, 8)}`;
const textOf = (settings: ConnectionSettings, name: string) => String(settings[name]);

/** By the emulator's clock. */
const PAUSE_MS = 5000;

export function emulatedDrivePlace(options: EmulatedPlaceOptions): Place {
  const { emulator, clock } = options;
  const secrets = new Set<string>();
  const heard = listenToConsole();
  const now = () => clock.now();
  const journal = createJournal(now);
  let settings: ConnectionSettings = { space: options.space, accessToken: emulator.signIn().accessToken };

  function open(from: ConnectionSettings, extra: Pick<GoogleDriveDeps, 'pageSize'> = {}) {
    const kept = createKept(from, async (changed) => {
      settings = changed;
    });
    return createGoogleDriveStorage({
      fetch: options.fetch,
      now,
      async sleep(ms, signal) {
        await clock.wait(ms, signal);
        signal?.throwIfAborted();
      },
      randomBytes,
      api: options.api,
      tokens: {
        current: async () => textOf(kept.settings(), 'accessToken'),
        async renew(refused) {
          if (textOf(kept.settings(), 'accessToken') === refused)
            await kept.change({ accessToken: emulator.signIn().accessToken });
          return textOf(kept.settings(), 'accessToken');
        },
      },
      kept,
      journal: options.together ? journal : createJournal(now),
      ...extra,
    });
  }

  return {
    title: `Google Drive (emulator, ${options.title})`,
    prefix: randomPrefix(),
    patience: {
      tries: 500,
      async pause() {
        clock.advance(PAUSE_MS);
        // What that sets off has to come over the network and back.
        await sleep(10);
      },
    },
    open: async () => open(settings),
    openPaged: async (pageSize) => open(settings, { pageSize }),
    settings: async () => settings,
    reopen: async (from) => open(from),
    secrets() {
      for (const token of emulator.world.accessTokens.keys()) secrets.add(token);
      for (const token of emulator.world.refreshTokens.keys()) secrets.add(token);
      return [...secrets];
    },
    requests: () => emulator.requests.length,
    logged: () => heard.lines,
    providerNow: now,
    faults: faultsOf(emulator),
    async close() {
      heard.stop();
      await options.close?.();
    },
  };
}

/**
 * A real account's visible folder; undefined when the environment names none.
 * @param env `SATCHEL_GOOGLE_DRIVE_TOKEN`: an access token with the scope `drive.file`, which lives for an hour.
 */
export function liveDrivePlace(env: Readonly<Record<string, string | undefined>>): Place | undefined {
  const token = env['SATCHEL_GOOGLE_DRIVE_TOKEN'];
  if (token === undefined || token === '') return undefined;
  let settings: ConnectionSettings = { space: 'drive' };
  const journal: Journal = createJournal(Date.now);
  const open = async (from: ConnectionSettings, extra: Pick<GoogleDriveDeps, 'pageSize'> = {}) =>
    createGoogleDriveStorage({
      fetch,
      now: Date.now,
      sleep,
      randomBytes,
      api: 'https://www.googleapis.com',
      tokens: { current: async () => token, renew: async () => undefined },
      kept: createKept(from, async (changed) => {
        settings = changed;
      }),
      journal,
      ...extra,
    });
  const heard = listenToConsole();
  return {
    title: 'Google Drive (real account)',
    prefix: randomPrefix(),
    patience: { tries: 120, pause: () => sleep(2000) },
    open: () => open(settings),
    openPaged: (pageSize) => open(settings, { pageSize }),
    settings: async () => settings,
    reopen: (from) => open(from),
    secrets: () => [token],
    logged: () => heard.lines,
    close: async () => heard.stop(),
  };
}
