/** A cloud as a place for the conformance suite: in memory, on this computer, or a real account's. */
import { listenToConsole } from '../conformance/console.ts';
import type { Place } from '../conformance/place.ts';
import type { ConnectionSettings, OpenDeps } from '../provider.ts';
import { sleep } from '../sleep.ts';
import { aws, openAws } from './connect.ts';
import { createFaultyNetwork } from './faults.ts';
import type { LocalCloud } from './local/cloud.ts';
import { INLINE_BYTES } from './protocol.ts';
import { readSettings } from './settings.ts';
import type { OpenSocket } from './socket.ts';

export interface AwsPlaceOptions {
  readonly title: string;
  /** Of somebody who is signed in. */
  readonly settings: ConnectionSettings;
  /** Leads to the cloud. @param pageSize absent: as the cloud likes */
  readonly fetch: (pageSize?: number) => typeof fetch;
  /** Whether `fetch` heeds the size of a page. */
  readonly pages: boolean;
  /** Absent: as the platform has them. */
  readonly openSocket?: OpenSocket;
  /** ms since 1970, by the cloud's clock. */
  readonly now: () => number;
  /** What the cloud itself has logged. */
  readonly logged?: () => readonly string[];
  readonly close?: () => Promise<void>;
}

const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

export function awsPlace(options: AwsPlaceOptions): Place {
  const network = createFaultyNetwork(options.fetch());
  const heard = listenToConsole();
  let { settings } = options;
  const first = readSettings(settings).tokens;
  const deps: OpenDeps = {
    fetch: network.fetch,
    now: Date.now,
    randomBytes,
    async save(renewed) {
      settings = renewed;
    },
  };
  const open = async (from: ConnectionSettings, other: Partial<OpenDeps> = {}) =>
    openAws(from, { ...deps, ...other }, options.openSocket ? { openSocket: options.openSocket } : {});

  return {
    title: options.title,
    prefix: `check-${crypto.randomUUID().slice(0, 8)}`,
    patience: { tries: 500, pause: () => sleep(10) },
    open: () => open(settings),
    ...(options.pages && { openPaged: (pageSize: number) => open(settings, { fetch: options.fetch(pageSize) }) }),
    settings: async () => settings,
    reopen: (from) => open(from),
    sizes: [INLINE_BYTES, INLINE_BYTES + 1],
    secrets: () => [first.idToken, first.accessToken, first.refreshToken, ...network.secrets()],
    requests: network.requests,
    logged: () => [...heard.lines, ...(options.logged?.() ?? [])],
    providerNow: options.now,
    faults: network.faults,
    async close() {
      heard.stop();
      await options.close?.();
    },
  };
}

/** A new person's at a cloud on this computer. */
export async function newAccount(
  cloud: Pick<LocalCloud, 'config' | 'codeFor'>,
  email: string,
): Promise<ConnectionSettings> {
  const signIn = await aws.access.begin(cloud.config, { fetch, now: Date.now, randomBytes });
  await signIn.signUpAs(email, 'a password of some length');
  const step = await signIn.confirm(email, cloud.codeFor(email) ?? '');
  if (step.step !== 'signed-in') throw new Error(`expected to be signed in, not to be asked for ${step.step}`);
  return step.settings;
}

/**
 * A real person's account; undefined when the environment names none.
 * @param env `SATCHEL_AWS_API`: the cloud's address; `SATCHEL_AWS_EMAIL` and `SATCHEL_AWS_PASSWORD`: of an account without
 *   a second step
 */
export async function liveAwsPlace(env: Readonly<Record<string, string | undefined>>): Promise<Place | undefined> {
  const { SATCHEL_AWS_API: api, SATCHEL_AWS_EMAIL: email, SATCHEL_AWS_PASSWORD: password } = env;
  if (!api || !email || !password) return undefined;
  const deps = { fetch, now: Date.now, randomBytes };
  const signIn = await aws.access.begin(await aws.access.configAt(api, deps), deps);
  const step = await signIn.signIn(email, password);
  if (step.step !== 'signed-in') throw new Error(`the account wants "${step.step}", which nobody is there for`);
  return awsPlace({
    title: 'AWS (real account)',
    settings: step.settings,
    fetch: () => fetch,
    pages: false,
    now: Date.now,
  });
}
