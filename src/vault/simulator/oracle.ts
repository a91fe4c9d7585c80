/**
 * What must be true at every step. It looks into each device's database and into the storage directly, never through the
 * program's eyes, and only where something has changed since the last look.
 */
import * as Y from 'yjs';
import { isDeepStrictEqual } from 'node:util';
import { card } from '../../notes/card.ts';
import { type DocId, isNoteId, LIBRARY } from '../../notes/ids.ts';
import { docFrom, hasPending, snapshotDigestInput } from '../../notes/merge.ts';
import { type DeviceId, type Element, partsOf } from '../coverage.ts';
import { groupByDoc } from '../documents.ts';
import { type KeyRing, keyRing } from '../keys.ts';
import { parseName, type VaultId } from '../names.ts';
import { type BodyRow, readMeta } from '../state.ts';
import type { Device } from './device.ts';
import type { Shadow, StoredPack } from './shadow.ts';
import { tokensOf } from './tokens.ts';
import { must, Violation } from './violation.ts';

/** Pages of listings, as they were answered: what a device was told before it got a cursor. */
export interface Told {
  record(before: string | undefined, names: readonly string[], cursor: string): void;
}

interface Hearsay extends Told {
  upTo(cursor: string): readonly string[];
}

function createTold(): Hearsay {
  const pages = new Map<string, readonly string[]>();
  return {
    record(before, names, cursor) {
      const known = before === undefined ? [] : (pages.get(before) ?? []);
      const all = names.length === 0 ? known : [...known, ...names];
      // Two ways may lead to one cursor, and one of them may have shown more than the cursor stands for.
      const other = pages.get(cursor);
      if (!other || other.length > all.length) pages.set(cursor, all);
    },
    upTo: (cursor) => pages.get(cursor) ?? [],
  };
}

export interface Oracle {
  /** A person deletes these: from now on they may vanish. */
  willDelete(tokens: readonly string[]): void;
  readonly deleted: ReadonlySet<string>;
  /** To be called whenever everything is settled. */
  look(devices: readonly Device[]): Promise<void>;
  /** A sync of this device just succeeded. */
  synced(device: Device): Promise<void>;
  /** An old copy took the place of the device's profile. */
  begin(device: Device): Promise<void>;
  told(device: Device): Told;
}

/** What the pieces make. @throws {Violation} V11: a piece that doesn't apply must never be among them. */
export function docOf(device: Device, id: DocId, rows: readonly BodyRow[]): Y.Doc {
  try {
    return docFrom(
      rows.map((row) => row.bytes),
      1,
    );
  } catch (cause) {
    throw new Violation('V11', `${device.name} keeps a piece of ${id} that can't be read`, { cause });
  }
}

function contains(doc: Y.Doc, update: Uint8Array): boolean {
  if (!hasPending(doc) && Y.snapshotContainsUpdate(Y.snapshot(doc), update)) return true;
  // Slower, and right also for what waits for missing pieces.
  const both = docFrom([Y.encodeStateAsUpdate(doc), update], 1);
  const [one, other] = [snapshotDigestInput(doc), snapshotDigestInput(both)];
  both.destroy();
  return isDeepStrictEqual(one, other);
}

function of<Value extends object>(map: WeakMap<Device, Value>, device: Device, make: () => Value): Value {
  let value = map.get(device);
  if (!value) map.set(device, (value = make()));
  return value;
}

export function createOracle(shadow: Shadow): Oracle {
  const deleted = new Set<string>();
  const rings = new Map<VaultId, KeyRing>();
  /** Highest sequence number of each writer of a vault. */
  const sequences = new Map<string, number>();
  /** Whose device ids are whose. */
  const writers = new Map<string, Device>();
  const checkedApplied = new WeakMap<Device, Set<Element>>();
  const docOfRow = new WeakMap<Device, Map<number, DocId>>();
  /** Profiles that were looked at. */
  const begun = new WeakSet<Device>();
  /** What was sealed under which number. */
  const sealed = new WeakMap<Device, Map<string, Element>>();
  /** Documents found in the storage whole, by their rows. */
  const found = new WeakMap<Device, Map<DocId, string>>();
  const told = new WeakMap<Device, Hearsay>();

  function sequenceInOrder(pack: StoredPack): void {
    const writer = `${pack.vault} ${pack.device}`;
    const highest = sequences.get(writer) ?? 0;
    // A profile restored from an old copy may use a number twice before it notices (V8).
    const excused = writers.get(pack.device)?.restored ?? false;
    // Numbers may be left out: what was sealed and can't arrive under its name is sealed again under the next one.
    must(pack.sequence > highest || excused, 'V5', () => `${pack.element} came after number ${highest} of its writer`);
    sequences.set(writer, Math.max(highest, pack.sequence));
  }

  async function absorb(): Promise<void> {
    for (const pack of await shadow.absorb(rings)) sequenceInOrder(pack);
  }

  async function lookAtDocs(device: Device): Promise<void> {
    const { docs, rows: deletedRows } = device.touched;
    const docOfThis = of(docOfRow, device, () => new Map<number, DocId>());
    const ids = new Set(docs);
    for (const row of deletedRows) {
      const doc = docOfThis.get(row);
      if (doc) ids.add(doc);
    }
    docs.clear();
    deletedRows.clear();
    if (ids.size === 0) return;
    const list = [...ids];
    const { bodies, notes } = await device.state.read(['bodies', 'notes'], async (tx) => ({
      bodies: groupByDoc(await tx.bodies.where('doc', list)),
      notes: await tx.notes.getMany(list.filter(isNoteId)),
    }));
    const rowOf = new Map(notes.flatMap((row) => (row ? [[row.id as DocId, row] as const] : [])));
    for (const id of list) {
      const rows = bodies.get(id) ?? [];
      for (const row of rows) docOfThis.set(row.n as number, id);
      const doc = docOf(device, id, rows);
      const now = tokensOf(doc);
      const partial = hasPending(doc);
      for (const token of device.held.get(id) ?? []) {
        if (now.has(token)) continue;
        if (partial && id === LIBRARY) {
          // A name that was overwritten is deleted at once; the new one may still wait for the piece that it builds on.
          now.add(token);
          continue;
        }
        must(deleted.has(token), 'V36', () => `${device.name} lost ${token} of ${id}, which nobody had deleted`);
        device.gone.add(token);
      }
      for (const token of now)
        must(
          !device.gone.has(token),
          'V36',
          () => `${token} came back to ${id} on ${device.name} after it was deleted`,
        );
      device.held.set(id, now);
      if (isNoteId(id) && rows.length > 0) {
        const { id: _, here, sample: __, ...shown } = rowOf.get(id) ?? { id, here: false, sample: false };
        must(here, 'V15', () => `${device.name} holds ${id} and shows it as away`);
        // While a piece is missing, Yjs may integrate more of the rest when it reads them anew than it did one by one.
        must(
          partial || isDeepStrictEqual(shown, card(doc)),
          'V15',
          () => `${device.name} shows another card of ${id} than it has`,
        );
      }
      doc.destroy();
    }
  }

  /** V8: what it didn't seal isn't under its device id, or it has taken another. */
  function lookForAnotherSelf(device: Device, id: DeviceId | undefined, fresh: readonly Element[]): void {
    const own = fresh.map((item) => ({ item, ...partsOf(item) })).filter((parts) => parts.device === id);
    const known = of(sealed, device, () => new Map<string, Element>());
    if (!begun.has(device)) {
      // The first look at a profile: whatever it says of itself is how it began.
      begun.add(device);
      for (const { item, sequence } of own) known.set(`${id} ${sequence}`, item);
      return;
    }
    for (const { item, sequence } of own)
      must(
        known.get(`${id} ${sequence}`) === item,
        'V8',
        () => `${device.name} goes on as the device that wrote ${item}, which it didn't write`,
      );
  }

  /** V11: what a device says that it applied, it holds. */
  async function lookAtApplied(device: Device): Promise<void> {
    const { applied, vault, id } = await device.state.read(['applied', 'meta'], async (tx) => ({
      applied: (await tx.applied.list()).map((row) => row.element),
      vault: await readMeta(tx, 'vault'),
      id: (await readMeta(tx, 'device'))?.id,
    }));
    const before = of(checkedApplied, device, () => new Set<Element>());
    const fresh = applied.filter((item) => !before.has(item));
    checkedApplied.set(device, new Set(applied));
    lookForAnotherSelf(device, id, fresh);
    if (!vault) return;
    for (const item of fresh) {
      const pack = shadow.pack(item);
      if (!pack) continue;
      const bodies = await device.state.read(['bodies'], async (tx) =>
        groupByDoc(
          await tx.bodies.where(
            'doc',
            pack.entries.map((entry) => entry.doc),
          ),
        ),
      );
      for (const { doc: id, payload } of pack.entries) {
        const doc = docOf(device, id, bodies.get(id) ?? []);
        must(
          contains(doc, payload),
          'V11',
          () => `${device.name} counts ${item} as applied and lacks its part of ${id}`,
        );
        doc.destroy();
      }
    }
  }

  /** V5: one sequence number, one pack, from the moment in which it was sealed. */
  async function lookAtUploads(device: Device): Promise<void> {
    const known = of(sealed, device, () => new Map<string, Element>());
    for (const { element } of await device.state.read(['uploads'], (tx) => tx.uploads.list())) {
      const { device: writer, sequence } = partsOf(element);
      const before = known.get(`${writer} ${sequence}`) ?? element;
      must(before === element, 'V5', () => `${device.name} sealed ${element} under the number of ${before}`);
      known.set(`${writer} ${sequence}`, element);
    }
  }

  /** V12: whatever was told before the cursor that is kept, is kept too. */
  async function lookAtListing(device: Device): Promise<void> {
    const { listing, names, vault, id } = await device.state.read(['meta', 'packs', 'slots'], async (tx) => ({
      listing: (await tx.meta.list()).find((row) => row.key.startsWith('listing ')),
      vault: await readMeta(tx, 'vault'),
      id: await readMeta(tx, 'device'),
      names: new Set<string>([...(await tx.packs.list()), ...(await tx.slots.list())].map((row) => row.name)),
    }));
    if (vault && !rings.has(vault.id)) rings.set(vault.id, keyRing(vault.ring));
    if (id) writers.set(id.id, device);
    const cursor = (listing?.value as { cursor: string | null } | undefined)?.cursor;
    if (!cursor) return;
    // Packs of a vault that the device has left are none of its business any more.
    for (const name of of(told, device, createTold).upTo(cursor))
      must(
        names.has(name) || (vault && parseName(name)?.vault !== vault.id),
        'V12',
        () => `${device.name} kept a cursor, and not ${name}, which it was told before`,
      );
  }

  return {
    deleted,
    willDelete(tokens) {
      for (const token of tokens) deleted.add(token);
    },
    told: (device) => of(told, device, createTold),
    async begin(device) {
      device.held = new Map();
      device.gone = new Set();
      for (const map of [checkedApplied, docOfRow, found, sealed]) map.delete(device);
      begun.delete(device);
      const bodies = await device.state.read(['bodies'], (tx) => tx.bodies.list());
      for (const row of bodies) device.touched.docs.add(row.doc);
      for (const table of ['meta', 'uploads', 'applied'] as const) device.touched.tables.add(table);
    },
    async look(devices) {
      for (const device of devices) {
        const { docs, rows, tables } = device.touched;
        if (tables.size === 0) continue;
        if (tables.has('meta')) await lookAtListing(device);
        if (tables.has('uploads')) await lookAtUploads(device);
        if (docs.size > 0 || rows.size > 0) await lookAtDocs(device);
      }
      await absorb();
      for (const device of devices) {
        const { tables } = device.touched;
        if (tables.has('applied')) await lookAtApplied(device);
        tables.clear();
      }
    },
    async synced(device) {
      await lookAtListing(device);
      const { waiting, bodies, vault } = await device.state.read(
        ['outbox', 'uploads', 'bodies', 'meta'],
        async (tx) => ({
          waiting: (await tx.outbox.count()) + (await tx.uploads.count()),
          bodies: await tx.bodies.list(),
          vault: await readMeta(tx, 'vault'),
        }),
      );
      if (waiting > 0 || !vault) return;
      await absorb();
      const stored = shadow.docs(vault.id);
      const known = of(found, device, () => new Map<DocId, string>());
      for (const [id, rows] of groupByDoc(bodies)) {
        const key = `${vault.id} ${rows.map((row) => row.n).join()}`;
        if (known.get(id) === key) continue;
        const there = stored.get(id);
        const doc = docOf(device, id, rows);
        must(
          there !== undefined && contains(there, Y.encodeStateAsUpdate(doc)),
          'V37',
          () => `${device.name} has sent all it had, and ${id} can't be had whole from the storage`,
        );
        doc.destroy();
        known.set(id, key);
      }
    },
  };
}
