/** Reading the packs of a storage one after the other, and keeping what counts of them. */
import { wholeUpTo } from '../applying.ts';
import type { Context } from '../context.ts';
import type { Element } from '../coverage.ts';
import { KNOWN_KINDS, STATE } from '../entry-kinds.ts';
import { inOrder } from '../in-order.ts';
import { type Inspected, inspectPack, type SoundPack } from './inspect.ts';
import type { Holding } from './losses.ts';
import type { Memory } from './memory.ts';
import type { CheckProgress, Damage, Finding, ObjectFacts } from './report.ts';
import type { Restorable } from './restorable.ts';

/** Whole objects in memory at once, and heads. */
const AT_ONCE = { full: 2, quick: 4 };

/** What reading the packs came to. */
export interface Reading {
  readonly holdings: Holding[];
  readonly damaged: { object: ObjectFacts; damage: Damage; covers: readonly Element[] }[];
  readonly findings: Finding[];
  /** Names of what is there, be it readable or not. */
  readonly there: Set<string>;
}

function take(reading: Reading, memory: Memory, object: ObjectFacts, listed: boolean, found: Inspected): void {
  const { findings } = reading;
  if (found.kind === 'gone') {
    if (listed) findings.push({ kind: 'late', object, lacks: 'read' });
    return;
  }
  reading.there.add(object.name);
  if (!listed) findings.push({ kind: 'late', object, lacks: 'listing' });
  switch (found.kind) {
    case 'newer':
      findings.push({ kind: 'newer', object, what: 'format' });
      break;
    case 'locked':
      findings.push({ kind: 'locked', object });
      break;
    case 'damaged':
      reading.damaged.push({ object, damage: found.damage, covers: memory.packs.get(object.name)?.covers ?? [] });
      break;
    case 'sound': {
      const { manifest, covers } = found;
      reading.holdings.push({
        name: object.name,
        object,
        covers: [...covers],
        with: [...manifest.with],
        applied: manifest.applied,
      });
      if (manifest.kinds.some((kind) => !KNOWN_KINDS.includes(kind)))
        findings.push({ kind: 'newer', object, what: 'kind of entry' });
      break;
    }
  }
}

/** A quick check takes a head at its word. */
function believe(restorable: Restorable, { manifest, rows }: SoundPack): void {
  for (const { doc } of manifest.inline) restorable.promise(doc, null);
  for (const { doc, kind, digest } of rows) restorable.promise(doc, kind === STATE ? digest : null);
}

/** @param listed whether the listing has them; else they are only remembered */
export async function readPacks(
  ctx: Context,
  objects: readonly ObjectFacts[],
  options: { readonly full: boolean; readonly listed: boolean },
  into: { readonly reading: Reading; readonly memory: Memory; readonly restorable: Restorable },
  progress: (progress: CheckProgress) => void,
  signal?: AbortSignal,
): Promise<void> {
  const { full, listed } = options;
  const { reading, memory, restorable } = into;
  const cost = (object: ObjectFacts) => (full ? object.size : Math.min(object.size, wholeUpTo(ctx)));
  const ofBytes = objects.reduce((sum, object) => sum + cost(object), 0);
  let [done, bytes] = [0, 0];
  const tell = () => progress({ phase: 'reading', objects: done, ofObjects: objects.length, bytes, ofBytes });
  if (objects.length > 0) tell();
  const inspect = async (object: ObjectFacts) => ({ object, found: await inspectPack(ctx, object, full, signal) });
  for await (const { object, found } of inOrder(objects, full ? AT_ONCE.full : AT_ONCE.quick, inspect)) {
    signal?.throwIfAborted();
    take(reading, memory, object, listed, found);
    if (found.kind === 'sound') {
      await restorable.take(found.pieces);
      if (!full) believe(restorable, found);
    }
    done++;
    bytes += cost(object);
    tell();
  }
}
