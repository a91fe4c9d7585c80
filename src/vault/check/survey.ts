/** What lies in a storage at this moment, and whose it is. Nothing is kept of it: a check leaves no trace. */
import { AREAS, type Area, type Cursor, isStorageError, type ObjectName } from '../../../backends/storage.ts';
import type { Place } from '../context.ts';
import { parseName, type VaultId } from '../names.ts';
import type { ObjectFacts } from './report.ts';

async function listArea(place: Place, area: Area, signal?: AbortSignal): Promise<Map<ObjectName, ObjectFacts>> {
  const there = new Map<ObjectName, ObjectFacts>();
  let cursor: Cursor | undefined;
  for (;;) {
    let page: Awaited<ReturnType<typeof place.storage.changes>>;
    try {
      page = await place.storage.changes(area, cursor, signal);
    } catch (error) {
      if (!isStorageError(error, 'CursorExpired') || cursor === undefined) throw error;
      cursor = undefined;
      there.clear();
      continue;
    }
    for (const event of page.events) {
      if (event.kind === 'removed') there.delete(event.name);
      else there.set(event.name, { name: event.name, size: event.size, time: event.time });
    }
    cursor = page.cursor;
    if (!page.more) return there;
  }
}

export interface Survey {
  readonly packs: readonly ObjectFacts[];
  readonly slots: readonly ObjectFacts[];
  readonly attachments: readonly ObjectFacts[];
  /** Of this vault, and of kinds that this program doesn't know. */
  readonly unknown: readonly ObjectFacts[];
  readonly otherVaults: readonly ObjectFacts[];
  /** Names that no vault gives. */
  readonly strangers: readonly ObjectFacts[];
  readonly objects: number;
  readonly bytes: number;
}

/** Lists both areas from the start. */
export async function survey(place: Place, vault: VaultId, signal?: AbortSignal): Promise<Survey> {
  const all: ObjectFacts[] = [];
  for (const area of AREAS) all.push(...(await listArea(place, area, signal)).values());
  // Names are hashes: in order of time, the newest last, a list of them tells something.
  all.sort((a, b) => a.time - b.time || (a.name < b.name ? -1 : 1));
  const sorted = {
    packs: [] as ObjectFacts[],
    slots: [] as ObjectFacts[],
    attachments: [] as ObjectFacts[],
    unknown: [] as ObjectFacts[],
    otherVaults: [] as ObjectFacts[],
    strangers: [] as ObjectFacts[],
  };
  const kinds: Readonly<Record<string, ObjectFacts[]>> = {
    'log/p': sorted.packs,
    'log/k': sorted.slots,
    'files/a': sorted.attachments,
  };
  for (const object of all) {
    const parsed = parseName(object.name);
    const area = object.name.slice(0, object.name.indexOf('/'));
    if (!parsed) sorted.strangers.push(object);
    else if (parsed.vault !== vault) sorted.otherVaults.push(object);
    else (kinds[`${area}/${parsed.kind}`] ?? sorted.unknown).push(object);
  }
  return { ...sorted, objects: all.length, bytes: all.reduce((sum, object) => sum + object.size, 0) };
}
