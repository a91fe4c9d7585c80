/** Removes bodies that were uploaded and never registered. Run now and then by a schedule. */

import { bodyKey } from '../protocol.ts';
import { readRegistration, removeUnheld } from './bodies.ts';
import { bodiesPartition, type Subject, text } from './layout.ts';
import type { BodyStore, Item, Key, ObjectTable, StoredBody, Surroundings } from './ports.ts';

/** Time enough for a device to register what it uploaded, also after a night without network. */
const UNREGISTERED = 86_400_000;
/** Where a sweep that ran out of time goes on. */
const PLACE: Key = { pk: 'sweep', sk: 'sweep' };

export interface Swept {
  readonly seen: number;
  readonly removed: number;
  /** There was no time to see all; the next sweep goes on from here. */
  readonly unfinished: boolean;
}

interface Deps extends Surroundings {
  readonly table: ObjectTable;
  readonly bodies: BodyStore;
}

/** `until`: when to stop, in ms since 1970. */
export async function sweep(deps: Deps, until: number): Promise<Swept> {
  const place = await deps.table.get(PLACE);
  let after = place && text(place, 'after');
  let seen = 0;
  let removed = 0;
  for (let more = true; more; ) {
    if (deps.now() >= until) {
      if (after !== undefined) await deps.table.put({ ...PLACE, after });
      return { seen, removed, unfinished: true };
    }
    const page = await deps.bodies.list('bodies/', after);
    seen += page.bodies.length;
    removed += await sweepPage(deps, page.bodies);
    after = page.bodies.at(-1)?.key ?? after;
    more = page.more;
  }
  await deps.table.remove(PLACE);
  return { seen, removed, unfinished: false };
}

async function sweepPage(deps: Deps, page: readonly StoredBody[]): Promise<number> {
  const old = page.filter((body) => body.time < deps.now() - UNREGISTERED);
  let removed = 0;
  for (const [sub, hashes] of byOwner(old)) {
    const held = await heldAmong(deps.table, sub, hashes);
    for (const sha256 of hashes) {
      if (!held.has(sha256) && (await removeUnheld(deps, sub, sha256))) removed++;
    }
  }
  return removed;
}

/** Which of these are registered. Read in one run, as the store lists them in the same order as the table. */
async function heldAmong(table: ObjectTable, sub: Subject, hashes: readonly string[]): Promise<ReadonlySet<string>> {
  const held = new Set<string>();
  const to = hashes.at(-1) ?? '';
  for (let from = hashes[0] ?? '', more = true; more; ) {
    const page: { items: readonly Item[]; more: boolean } = await table.list(bodiesPartition(sub), {
      from,
      to,
      limit: 1000,
    });
    for (const item of page.items) if (readRegistration(item).names.length > 0) held.add(item.sk);
    from = `${page.items.at(-1)?.sk ?? from}!`;
    more = page.more && from <= to;
  }
  return held;
}

function byOwner(bodies: readonly StoredBody[]): ReadonlyMap<Subject, readonly string[]> {
  const owners = new Map<Subject, string[]>();
  for (const { key } of bodies) {
    const [, sub, sha256] = /^bodies\/([^/]+)\/([0-9a-f]{64})$/.exec(key) ?? [];
    // What lies there under any other name was never put there by this protocol, and isn't ours to remove.
    if (sub === undefined || sha256 === undefined || bodyKey(sub, sha256) !== key) continue;
    owners.set(sub, [...(owners.get(sub) ?? []), sha256]);
  }
  return owners;
}
