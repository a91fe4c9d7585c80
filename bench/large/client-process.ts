/** The process whose memory is measured: a device that pushes or pulls everything once, and tells its parent what that took. */
import { memoryUsage, resourceUsage } from 'node:process';
import type { Storage } from '../../backends/storage.ts';
import type { NoteId } from '../../src/notes/ids.ts';
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
}

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

const [mode, storagePort, statePort, sizeText] = process.argv.slice(2) as [string, string, string, string];
const size = JSON.parse(sizeText) as Size;
const storage = await reach(Number(storagePort));
const tables = await reach(Number(statePort));
const connection = throughInterface(farStorage(storage.call));
const screen = (await tables.call('newest', size, FIRST_SCREEN)) as NoteId[];
const { state, reached } = watchList(farState(tables.call), screen, size.count, connection);
const place = placeOf(state, connection.storage);
const before = memoryUsage.rss();
const session = mode === 'push' ? await found(place) : await join(place);
const [tally, bytes] = [connection.tally(), connection.bytesIn()];
const began = performance.now();
await session.sync();
const result: ClientResult = {
  seconds: (performance.now() - began) / 1000,
  before,
  // In kilobytes on every system.
  peak: resourceUsage().maxRSS * 1024,
  requests: total(since(connection.tally(), tally)),
  firstScreenBytes: mode === 'pull' && reached.screen ? reached.screen.bytesIn - bytes : null,
};
process.send?.(result);
storage.close();
tables.close();
