/** One device for the engine's tests: a database of its own, an engine, and a person who says yes at the consent page. */
// Live queries look for the global one.
import 'fake-indexeddb/auto';
import {
  createDropboxEmulator,
  type DropboxEmulator,
  dropboxEndpoints,
} from '../../backends/dropbox/emulator/emulator.ts';
import type { Provider, ProviderConfig } from '../../backends/provider.ts';
import { providers } from '../../backends/registry.ts';
import { sleep } from '../../backends/sleep.ts';
import { createDatabase, openDatabase } from '../cache/database.ts';
import { platformCompression } from '../vault/compression.ts';
import { webCrypto } from '../vault/crypto.ts';
import type { Notes } from './api.ts';
import { createDocuments, type Documents } from './documents.ts';
import { createEngine, type Engine, followStorage } from './engine.ts';
import type { Host } from './host.ts';
import { createTestHost } from './host.test-support.ts';
import { createQueries } from './live.ts';
import { createNotes } from './notes.ts';
import type { Queries } from './queries.ts';

const APP = 'http://localhost:4173/';
const STAND_IN = 'http://dropbox.test';
/** The engine's pauses are minutes; its tests have none to spare, and wait on what happens, not on how long it takes. */
const FASTER = 200;

export interface Device {
  readonly host: Host;
  readonly engine: Engine;
  readonly notes: Notes;
  readonly documents: Documents;
  readonly queries: Queries;
  /** Signs in at the stand-in, as a person does. @param answer what they press @param account the id of the account, or the first. */
  signIn(answer?: 'allow' | 'cancel', account?: string): Promise<Awaited<ReturnType<Engine['finishConsent']>>>;
  /** Starts following the storage. */
  follow(): void;
  stop(): Promise<void>;
}

export function createStandIn(): DropboxEmulator {
  return createDropboxEmulator();
}

let devices = 0;

/** @param others further providers, all of them configured. */
export async function createDevice(
  standIn: DropboxEmulator,
  others: readonly { readonly provider: Provider; readonly config: ProviderConfig }[] = [],
): Promise<Device> {
  const db = createDatabase(`device-${++devices}`);
  await openDatabase(db);
  const host = createTestHost(db, {
    vault: { now: () => Date.now(), crypto: webCrypto, compression: platformCompression },
    fetch: (input, init) => standIn.fetch(new Request(input, init)),
    providers: [...providers, ...others.map(({ provider }) => provider)],
    configuration: async () => ({
      ...Object.fromEntries(others.map(({ provider, config }) => [provider.kind, config])),
      dropbox: { clientId: 'local-demo', label: 'Dropbox (test)', endpoints: dropboxEndpoints(STAND_IN) },
    }),
    sleep: (ms, signal) => sleep(ms / FASTER, signal),
    random: Math.random,
  });
  const engine = createEngine(host);
  const documents = createDocuments({ state: host.state, now: host.vault.now, follow: () => () => undefined });
  const notes = createNotes({
    documents,
    state: host.state,
    now: host.vault.now,
    random: webCrypto.random,
    exists: async (id) => (await db.notes.get(id)) !== undefined,
    fetchNote: (id) => engine.fetchNote(id),
  });
  let stop = new AbortController();
  let following: Promise<void> = Promise.resolve();
  return {
    host,
    engine,
    notes,
    documents,
    queries: createQueries(db, host.state),
    async signIn(answer = 'allow', account) {
      const url = await engine.beginConsent('dropbox', { redirectUri: APP });
      const page = await (await standIn.fetch(new Request(url))).text();
      const form = new URLSearchParams();
      for (const [, name, value] of page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)) {
        form.set(name as string, (value as string).replaceAll('&amp;', '&'));
      }
      form.set('account', account ?? (standIn.accounts()[0]?.id as string));
      form.set('decision', answer);
      const back = await standIn.fetch(new Request(url, { method: 'POST', body: form, redirect: 'manual' }));
      return engine.finishConsent(back.headers.get('Location') as string);
    },
    follow() {
      stop = new AbortController();
      following = followStorage(host, stop.signal).catch(() => undefined);
    },
    async stop() {
      stop.abort(new Error('the test is over'));
      await following;
    },
  };
}
