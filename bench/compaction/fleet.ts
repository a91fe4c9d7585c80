/**
 * Some devices on one storage, in a time of their own that jumps from push to push. They seal and compress with the same algorithms
 * as the app, called synchronously: the bytes are the same, and a hundred thousand small packs needn't go by way of other threads.
 */
import { counting } from '../../backends/counting.ts';
import { openMemory } from '../../backends/memory/client.ts';
import { createMemoryProvider, type MemoryProvider } from '../../backends/memory/provider.ts';
import { initNote, textOf, touch } from '../../src/notes/note.ts';
import type { Place, VaultDeps } from '../../src/vault/context.ts';
import type { Bytes } from '../../src/vault/crypto.ts';
import { CHANGING, loadDocs, recordEdit } from '../../src/vault/documents.ts';
import { createMemoryState } from '../../src/vault/memory-state.ts';
import type { Session } from '../../src/vault/session.ts';
import { synchronousCompression, synchronousCrypto } from '../../src/vault/simulator/synchronous.ts';
import type { State } from '../../src/vault/state.ts';
import { corpus, randomFrom } from '../corpus.ts';
import { found, join, placeOf, platform } from '../device.ts';
import type { Step } from './workload.ts';

export interface Device {
  readonly place: Place;
  readonly session: Session;
  readonly requests: () => number;
  readonly bytesIn: () => number;
  readonly bytesOut: () => number;
}

export interface World {
  /** ms since 1970. */
  time: number;
  readonly provider: MemoryProvider;
  /** Places in the seed's randomness that are taken: each device has its own. */
  devices: number;
}

/** How a device seals and compresses: as the years are run through, or as the app does it, for a figure in seconds. */
export type Platform = 'synchronous' | 'platform';

/** Far from any real date, so that a time taken from the machine's own clock is noticed. */
const BEGINNING = Date.UTC(2031, 0, 1);

export function createWorld(): World {
  const random = randomFrom(1, -2);
  const world: World = {
    time: BEGINNING,
    provider: createMemoryProvider({ now: () => world.time, sleep: async () => undefined, random }),
    devices: 0,
  };
  return world;
}

function depsOf(world: World, which: Platform): VaultDeps {
  const crypto = synchronousCrypto(randomFrom(1, -1000 - world.devices++));
  const now = () => world.time;
  if (which === 'synchronous') return { crypto, compression: synchronousCompression, now };
  // One passphrase opens the vault on all of them.
  return { ...platform, crypto: { ...platform.crypto, stretch: (...given) => crypto.stretch(...given) }, now };
}

async function connect(
  world: World,
  state: State,
  which: Platform,
  how: (place: Place) => Promise<Session>,
): Promise<Device> {
  const counted = counting(openMemory(world.provider));
  const place = placeOf(state, counted.storage, depsOf(world, which));
  return {
    place,
    session: await how(place),
    requests: () => counted.counts().total,
    bytesIn: () => counted.counts().bytesIn,
    bytesOut: () => counted.counts().bytesOut,
  };
}

/** The first device, with what it holds in its state already. */
export function first(world: World, state: State): Promise<Device> {
  return connect(world, state, 'synchronous', found);
}

export function further(world: World, which: Platform = 'synchronous'): Promise<Device> {
  return connect(world, createMemoryState(), which, join);
}

/** Text to type: somewhere from the middle of other notes than those of the corpus that is measured with. */
export type Words = (length: number) => string;

export function wordsFrom(seed: number): Words {
  const random = randomFrom(seed, -3);
  const source = Array.from(corpus({ seed: seed + 1000, count: 2000 }), ({ markdown }) => markdown).join('\n');
  return (length) => {
    const at = Math.floor(random() * (source.length - length));
    return source.slice(at, at + length);
  };
}

/** A client id for each time that a note is opened (rule V7). */
export type ClientIds = () => number;

export function clientIdsFrom(seed: number): ClientIds {
  const random = randomFrom(seed, -4);
  return () => Math.floor(random() * 0x1_0000_0000);
}

/** Makes the step's edits on the device. They wait to be sent. */
export async function perform({ place }: Device, { edits }: Step, words: Words, clientIds: ClientIds): Promise<void> {
  for (const { id, isNew, typed, deleted, where } of edits) {
    await place.state.write(CHANGING, async (tx) => {
      const doc = (await loadDocs(tx, [id])).get(id)?.doc;
      if (!doc) throw new Error(`there is no document ${id}`);
      doc.clientID = clientIds();
      const updates: Uint8Array[] = [];
      doc.on('update', (update: Uint8Array) => updates.push(update));
      doc.transact(() => {
        const text = words(typed);
        if (isNew) return initNote(doc, { now: place.deps.now(), text, notebook: null });
        const body = textOf(doc);
        const at = Math.floor(where * (body.length + 1));
        body.delete(at, Math.min(deleted, body.length - at));
        body.insert(at, text);
        touch(doc, place.deps.now());
      });
      for (const update of updates) await recordEdit(tx, id, doc, update as Bytes);
      doc.destroy();
    });
  }
}

/** Idle work until nothing is left to do now. @returns the bytes of each pack that was merged */
export async function rest({ session }: Device): Promise<number[]> {
  const merged: number[] = [];
  for (;;) {
    const { written, more } = await session.idle({ weak: false });
    if (written > 0) merged.push(written);
    if (!more) return merged;
  }
}
