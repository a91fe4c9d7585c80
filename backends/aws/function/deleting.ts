/**
 * Deleting: the name is set to `deleting`, the log tells of it, then the bytes go, and the name last. Whoever
 * meets a name that is being deleted, finishes it. A life's id is on all that is removed, so that somebody
 * who comes late can't remove what was put since.
 */

import { areaOf, type Area, AREAS, type ObjectName } from '../../storage.ts';
import { eachOf } from './at-once.ts';
import { releaseBody } from './bodies.ts';
import {
  bareName,
  count,
  goneKey,
  holderOf,
  inlineKey,
  LAST_GONE,
  logKey,
  type NameItem,
  nameKey,
  type Place,
  placeOf,
  readName,
  type Subject,
} from './layout.ts';
import { append, type Logged, logEnd } from './log.ts';
import type { BodyStore, ObjectTable, Surroundings } from './ports.ts';

const DAY = 86_400_000;
/** Longer than a cursor is honoured: who still has an honoured one, hears of every removal. */
const KEEP_REMOVALS = 90 * DAY;
/** Old removals cleared away in passing, by one request. */
const PRUNED_AT_ONCE = 25;

interface Deps extends Surroundings {
  readonly table: ObjectTable;
  readonly bodies: BodyStore;
}

/** Gives the areas in which something went. */
export async function deleteObjects(deps: Deps, sub: Subject, names: readonly ObjectName[]): Promise<readonly Area[]> {
  const changed: Area[] = [];
  for (const area of AREAS) {
    const here = new Set(names.filter((name) => areaOf(name) === area).map(bareName));
    if (here.size > 0 && (await deleteIn(deps, placeOf(sub, area), [...here]))) changed.push(area);
  }
  return changed;
}

async function deleteIn(deps: Deps, place: Place, names: readonly string[]): Promise<boolean> {
  const end = (await logEnd(deps.table, place.pk))?.seq ?? 0;
  const marked = await eachOf(names, (name) => mark(deps, place, name, end));
  const deleting = marked.filter((held) => held !== undefined);
  const last = deleting.length > 0 ? await finishDeleting(deps, place, deleting) : end;
  await prune(deps, place, last);
  return deleting.length > 0;
}

/** Gives the name as it is being deleted now; `undefined` if there is no such object. */
async function mark(deps: Deps, { pk }: Place, name: string, end: number): Promise<NameItem | undefined> {
  for (;;) {
    const item = await deps.table.get(nameKey(pk, name));
    if (!item) return undefined;
    const held = readName(item);
    if (held.state === 'deleting') return held;
    // One that isn't there yet may be in the log since it was claimed; one that is there has said where.
    const from = held.state === 'putting' ? held.from : end;
    const deleting: NameItem = { ...held, state: 'deleting', from };
    const { id, state } = held;
    if (await deps.table.change(nameKey(pk, name), { set: { state: 'deleting', from } }, { id, state }))
      return deleting;
  }
}

/** Ends the lives of these names, from whatever step it was left at. Gives the end of the log. */
export async function finishDeleting(deps: Deps, place: Place, names: readonly NameItem[]): Promise<number> {
  const { logged, end } = await append(
    deps,
    place.pk,
    names.map(({ name, id, size, from, seq }) => ({ kind: 'removed', name, id, size, from, counted: seq > 0 })),
  );
  await eachOf(names, (held) => clear(deps, place, held, logged.get(held.id)));
  return end;
}

async function clear(deps: Deps, place: Place, held: NameItem, record: Logged | undefined): Promise<void> {
  const { pk, sub, area } = place;
  if (record) {
    // By this number the removal is found again when it is old enough to go.
    await deps.table.put({ ...goneKey(pk, record.seq), seq: record.seq, time: deps.now() });
    const began = held.seq > 0 ? held.seq : record.began;
    // Nobody has to hear of the addition any more, and it isn't the newest record: the removal stands after it.
    if (began !== undefined) await deps.table.remove(logKey(pk, began), { id: held.id, kind: 'added' });
  }
  if (held.place === 'inline') await deps.table.remove(inlineKey(pk, held));
  else await releaseBody(deps, sub, held.sha256, holderOf(area, held));
  await deps.table.remove(nameKey(pk, held.name), { id: held.id });
}

/** Removes a few of the oldest removals from the log, never its newest record, whose number would be used again. */
async function prune(deps: Deps, { pk }: Place, newest: number): Promise<void> {
  const slice = { from: goneKey('', 0).sk, to: LAST_GONE, limit: PRUNED_AT_ONCE };
  const { items } = await deps.table.list(pk, slice);
  const old = items.filter((item) => count(item, 'time') < deps.now() - KEEP_REMOVALS && count(item, 'seq') < newest);
  await eachOf(old, async (item) => {
    await deps.table.remove(logKey(pk, count(item, 'seq')), { kind: 'removed' });
    await deps.table.remove(item);
  });
}
