/** The process whose memory is measured: a device that pushes, pulls or checks everything once, and tells its parent what that took. */
import { memoryUsage, resourceUsage } from 'node:process';
import type { Storage } from '../../backends/storage.ts';
import type { NoteId } from '../../src/notes/ids.ts';
import { check } from '../../src/vault/check.ts';
import { openContext } from '../../src/vault/context.ts';
import { createMemoryState } from '../../src/vault/memory-state.ts';
import { readMeta, type State, writeMeta } from '../../src/vault/state.ts';
import { found, join, placeOf } from '../device.ts';
import type { Size } from '../library.ts';
import { FIRST_SCREEN, throughInterface, total, since, watchList } from '../connection.ts';
import { farState } from './far-state.ts';
import { reach, type Remote } from './wire.ts';

export interface ClientResult {
  readonly seconds: number;
  /** Bytes of resident memory, at the beginning and at its peak. */
  readonly before: number;
  readonly peak: number;
  readonly requests: number;
  /** Of a pull: bytes of packs fetched when the first screen could be shown. */
  readonly firstScreenBytes: number | null;
  /** Of a check: bytes fetched, and the notes that the storage alone would give back. */
  readonly checked: { readonly bytesIn: number; readonly restorable: number; readonly findings: number } | null;
}

export type Mode = 'push' | 'pull' | 'quick' | 'full';

function unused(): Promise<never> {
  return Promise.reject(new Error('not used here'));
}

function farStorage(call: Remote): Storage {
  return {
    put: (name, bytes) => call('put', name, bytes) as Promise<void>,
    get: (name, range) => call('get', name, range) as Promise<Uint8Array<ArrayBuffer>>,
    changes: (area, cursor) => call('changes', area, cursor) as ReturnType<Storage['changes']>,
    about: () => call('about') as ReturnType<Storage['about']>,
    delete: unused,
    watch: unused,
  };
}

const [mode, storagePort, statePort, sizeText] = process.argv.slice(2) as [Mode, string, string, string];
const size = JSON.parse(sizeText) as Size;
const storage = await reach(Number(storagePort));
const tables = await reach(Number(statePort));
const connection = throughInterface(farStorage(storage.call));
const screen = (await tables.call('newest', size, FIRST_SCREEN)) as NoteId[];
const { state, reached } = watchList(farState(tables.call), screen, size.count, connection);
const place = placeOf(state, connection.storage);

/** The device that pulled, in another process: the tables are where they were, the keys are asked for once more. */
async function comeBack(): Promise<void> {
  const keys: State = createMemoryState();
  await join(placeOf(keys, connection.storage));
  const vault = await keys.read(['meta'], (tx) => readMeta(tx, 'vault'));
  if (vault) await state.write(['meta'], (tx) => writeMeta(tx, 'vault', vault));
}

async function prepare(): Promise<() => Promise<ClientResult['checked']>> {
  if (mode === 'push' || mode === 'pull') {
    const session = mode === 'push' ? await found(place) : await join(place);
    return async () => {
      await session.sync();
      return null;
    };
  }
  await comeBack();
  const context = await openContext(place);
  if (!context) throw new Error('the device belongs to no vault');
  return async () => {
    const bytes = connection.bytesIn();
    const report = await check(context, { full: mode === 'full' }, () => undefined);
    return {
      bytesIn: connection.bytesIn() - bytes,
      restorable: report.notes.restorable,
      findings: report.findings.length,
    };
  };
}

const before = memoryUsage.rss();
const work = await prepare();
const [tally, bytes] = [connection.tally(), connection.bytesIn()];
const began = performance.now();
const checked = await work();
const result: ClientResult = {
  seconds: (performance.now() - began) / 1000,
  before,
  // In kilobytes on every system.
  peak: resourceUsage().maxRSS * 1024,
  requests: total(since(connection.tally(), tally)),
  firstScreenBytes: mode === 'pull' && reached.screen ? reached.screen.bytesIn - bytes : null,
  checked,
};
process.send?.(result);
storage.close();
tables.close();
