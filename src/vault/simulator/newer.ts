/** A program of next year beside the others: it reads and writes a format that they don't know, and entries of another kind (V4). */
import { sha256 } from '@noble/hashes/sha2.js';
import * as Y from 'yjs';
import { isStorageError } from '../../../backends/storage.ts';
import { card } from '../../notes/card.ts';
import { hexOf, noteId } from '../../notes/ids.ts';
import { snapshotDigestInput } from '../../notes/merge.ts';
import { initNote, newDoc } from '../../notes/note.ts';
import { openContext } from '../context.ts';
import type { DeviceId } from '../coverage.ts';
import type { Bytes } from '../crypto.ts';
import { isVaultError } from '../errors.ts';
import { formatToWrite } from '../formats.ts';
import { createPackBuilder } from '../pack.ts';
import type { Device } from './device.ts';
import type { Dice } from './dice.ts';
import { placeOf } from './engine.ts';
import type { Life } from './life.ts';
import { NEXT_KIND } from './next-year.ts';
import type { World } from './world.ts';

const HOUR = 3600_000;

/** What of it outlives the program's lives, and its profile. */
export interface NewerWriter {
  /** Writes something of the new kind now and then, for as long as the life lasts. */
  live(life: Life, dice: Dice): Promise<never>;
}

export function createNewerWriter(world: World, device: Device): NewerWriter {
  const writer = hexOf(world.dice(`next year's ${device.name}`).bytes(16)) as DeviceId;
  let sequence = 0;

  async function write(life: Life, dice: Dice): Promise<void> {
    const ctx = await openContext(placeOf(device, life));
    if (!ctx) return;
    const id = noteId(dice.bytes(16));
    const doc = newDoc(dice.between(2, 2 ** 32));
    initNote(doc, { now: device.deps.now(), text: `of a new kind: ${world.mint()}` });
    const builder = createPackBuilder(ctx.deps, ctx.ring, ctx.vault, await formatToWrite(ctx));
    await builder.add({
      doc: id,
      kind: NEXT_KIND,
      payload: Y.encodeStateAsUpdate(doc) as Bytes,
      digest: sha256(snapshotDigestInput(doc)).slice(0, 8),
      card: card(doc),
    });
    doc.destroy();
    sequence++;
    const head = { device: writer, sequence, covers: null, applied: new Set<never>(), wants: [], inline: [] };
    const pack = await builder.finish(head);
    if (!pack) return;
    world.trace(() => `${device.name} writes ${id} as an entry of a new kind`);
    await ctx.storage.put(pack.name, pack.bytes);
  }

  return {
    async live(life, dice) {
      for (;;) {
        await life.sleep(dice.skewed(HOUR, 20 * HOUR) * world.weather.pace);
        try {
          // Nothing is put before the account is known to be the right one.
          if ((await device.network.storage.about()).accountId === world.account) await write(life, dice);
        } catch (error) {
          if (!isStorageError(error) && !isVaultError(error)) throw error;
        }
      }
    },
  };
}
