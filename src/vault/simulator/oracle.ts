/**
 * What must be true at every step. It looks into each device's database and into the storage directly, never through the
 * program's eyes, and only where something has changed since the last look.
 */
import * as Y from 'yjs';
import { type DocId, isNoteId, LIBRARY } from '../../notes/ids.ts';
import { hasPending } from '../../notes/merge.ts';
import type { ObjectName } from '../../../backends/storage.ts';
import { type DeviceId, type Element, partsOf } from '../coverage.ts';
import { groupByDoc } from '../documents.ts';
import { type KeyRing, keyRing } from '../keys.ts';
import { parseName, type VaultId } from '../names.ts';
import { readMeta } from '../state.ts';
import { contains, docOf, sameBytes } from './contents.ts';
import type { Device } from './device.ts';
import type { Graves } from './graves.ts';
import { createHearsay, type Hearsay, type Told } from './hearsay.ts';
import { createNoteRules } from './note-rules.ts';
import type { Shadow } from './shadow.ts';
import type { StorageRules } from './storage-rules.ts';
import { isPiece, isPurge, type StoredPack } from './stored.ts';
import { tokensOf } from './tokens.ts';
import { must } from './violation.ts';

/** Whoever wrote so lately counts (V4), however two clocks have crept apart. */
const LATELY = 85 * 86_400_000;

export interface Oracle {
  /** A person deletes these: from now on they may vanish. */
  willDelete(tokens: readonly string[]): void;
  /** A person deletes a whole note for good. */
  willPurge(tokens: Iterable<string>): void;
  readonly deleted: ReadonlySet<string>;
  /** What stood in notes that were deleted for good. */
  readonly purged: ReadonlySet<string>;
  /** To be called whenever everything is settled. */
  look(devices: readonly Device[]): Promise<void>;
  /** A sync of this device just succeeded. */
  synced(device: Device): Promise<void>;
  /** An old copy took the place of the device's profile. */
  begin(device: Device): Promise<void>;
  told(device: Device): Told;
  /** The device sends an object. */
  putting(device: Device, name: ObjectName): void;
}

async function namesRead(device: Device): Promise<ReadonlySet<string>> {
  const rows = await device.state.read(['packs'], (tx) => tx.packs.where('state', ['applied']));
  return new Set(rows.map((row) => row.name));
}

export interface OracleDeps {
  readonly shadow: Shadow;
  readonly rules: StorageRules;
  readonly graves: Graves;
  /** The simulator's clock. */
  readonly now: () => number;
  /** By how much clocks may have gone wrong without anybody having to doubt them, in ms. */
  readonly slack: () => number;
}

function of<Value extends object>(map: WeakMap<Device, Value>, device: Device, make: () => Value): Value {
  let value = map.get(device);
  if (!value) map.set(device, (value = make()));
  return value;
}

export function createOracle({ shadow, rules, graves, now, slack }: OracleDeps): Oracle {
  const deleted = new Set<string>();
  const purged = new Set<string>();
  const notes = createNoteRules({ graves, now, slack });
  const rings = new Map<VaultId, KeyRing>();
  /** Highest sequence number of each writer of a vault. */
  const sequences = new Map<string, number>();
  /** Packs that were in the storage once. */
  const arrived = new Set<ObjectName>();
  /** Whose device ids are whose. */
  const writers = new Map<string, Device>();
  const checkedApplied = new WeakMap<Device, Set<Element>>();
  const docOfRow = new WeakMap<Device, Map<number, DocId>>();
  /** Profiles that were looked at. */
  const begun = new WeakSet<Device>();
  /** What was sealed under which number. */
  const sealed = new WeakMap<Device, Map<string, Element>>();
  /** Packs that a program of next year had read when it sealed a push: it is sent as it is, however much later. */
  const readWhenSealed = new Map<Element, ReadonlySet<string>>();
  /** Documents found in the storage whole, by their rows. */
  const found = new WeakMap<Device, Map<DocId, string>>();
  const told = new WeakMap<Device, Hearsay>();

  function sequenceInOrder(pack: StoredPack): void {
    const writer = `${pack.vault} ${pack.device}`;
    // Found in the storage by nobody, because a hand took it away, it is sent again.
    if (arrived.has(pack.name)) return;
    arrived.add(pack.name);
    const highest = sequences.get(writer) ?? 0;
    // A profile restored from an old copy may use a number twice before it notices (V8).
    const excused = writers.get(pack.device)?.restored ?? false;
    // Numbers may be left out: what was sealed and can't arrive under its name is sealed again under the next one.
    must(pack.sequence > highest || excused, 'V5', () => `${pack.element} came after number ${highest} of its writer`);
    sequences.set(writer, Math.max(highest, pack.sequence));
  }

  /** V4: a new format only when everybody reads it of whom the writer knows that they wrote lately. */
  async function readByEverybody(pack: StoredPack): Promise<void> {
    const writer = writers.get(pack.device);
    if (pack.format < 2 || !writer) return;
    const names = (pack.element && readWhenSealed.get(pack.element)) ?? (await namesRead(writer));
    for (const other of shadow.intact(pack.vault))
      must(
        other.reads >= pack.format ||
          other.device === pack.device ||
          pack.since - other.since > LATELY ||
          !names.has(other.name),
        'V4',
        () => `${pack.name} is in a format that the writer of ${other.name} can't read`,
      );
  }

  async function absorb(): Promise<void> {
    const changes = await shadow.absorb(rings);
    for (const { kind, by, pack } of changes) if (kind === 'added' && by === 'request') await readByEverybody(pack);
    for (const { kind, by, pack } of changes)
      if (kind === 'added' && by === 'request' && pack.element) sequenceInOrder(pack);
    for (const { kind, pack } of changes)
      if (kind === 'added') for (const { doc, payload } of pack.entries.filter(isPurge)) graves.dig(doc, payload);
    rules.judge(changes);
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
    const { bodies, shown, purges } = await device.state.read(['bodies', 'notes', 'purges'], async (tx) => ({
      bodies: groupByDoc(await tx.bodies.where('doc', list)),
      shown: await tx.notes.getMany(list.filter(isNoteId)),
      purges: groupByDoc(await tx.purges.where('doc', list)),
    }));
    const rowOf = new Map(shown.flatMap((row) => (row ? [[row.id as DocId, row] as const] : [])));
    for (const id of list) {
      const rows = bodies.get(id) ?? [];
      for (const row of rows) docOfThis.set(row.n as number, id);
      const doc = docOf(device, id, rows);
      const now = tokensOf(doc);
      const partial = hasPending(doc);
      const buried = (purges.get(id) ?? []).map((row) => row.payload);
      for (const payload of buried) if (graves.dig(id, payload)) await notes.dug(device, id, doc, payload);
      const hidden = isNoteId(id) && graves.hidden(doc, buried);
      if (hidden) for (const token of [...now, ...(device.held.get(id) ?? [])]) purged.add(token);
      for (const token of device.held.get(id) ?? []) {
        if (now.has(token)) continue;
        if (partial && id === LIBRARY) {
          // A name that was overwritten is deleted at once; the new one may still wait for the piece that it builds on.
          now.add(token);
          continue;
        }
        if (purged.has(token) && rows.length === 0) {
          must(
            buried.length === 0 || graves.isRipe(id),
            'V22',
            () => `${device.name} has let go of ${id} too soon after it was deleted for good`,
          );
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
      if (isNoteId(id)) notes.shown(device, id, doc, rowOf.get(id), buried, { held: rows.length > 0, partial });
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
      for (const { doc: id, payload } of pack.entries.filter(isPiece)) {
        const doc = docOf(device, id, bodies.get(id) ?? []);
        must(
          contains(doc, payload) || graves.buried(id, payload),
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
      if (device.deps.format !== undefined && !readWhenSealed.has(element))
        readWhenSealed.set(element, await namesRead(device));
      known.set(`${writer} ${sequence}`, element);
    }
  }

  function isSuperseded(name: ObjectName, by: ReadonlySet<string>): boolean {
    const pack = shadow.named(name);
    return (
      pack !== undefined &&
      [...by].some((other) => {
        const covers = shadow.named(other as ObjectName)?.covers;
        return covers !== undefined && [...pack.covers].every((item) => covers.has(item));
      })
    );
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
    for (const name of of(told, device, createHearsay).upTo(cursor)) {
      const parsed = parseName(name);
      // Strangers' files are nobody's business, nor are packs of a vault that the device has left.
      if (!parsed || !'pk'.includes(parsed.kind) || (vault && parsed.vault !== vault.id)) continue;
      // What has gone may be forgotten, and what seemed to have gone when another pack took its place.
      must(
        names.has(name) || !shadow.exists(name as ObjectName) || isSuperseded(name as ObjectName, names),
        'V12',
        () => `${device.name} kept a cursor, and not ${name}, which it was told before`,
      );
    }
  }

  return {
    deleted,
    purged,
    willDelete(tokens) {
      for (const token of tokens) deleted.add(token);
    },
    willPurge(tokens) {
      for (const token of tokens) purged.add(token);
    },
    putting(device, name) {
      const writer = writers.get(shadow.named(name)?.device ?? '');
      // Two copies of a profile may both send what was sealed before they were two.
      must(
        !writer || writer === device || (writer.restored && device.restored),
        'V28',
        () => `${device.name} puts ${name}, which ${writer?.name} wrote, under its old name`,
      );
    },
    told: (device) => of(told, device, createHearsay),
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
      const { waiting, bodies, purges, vault } = await device.state.read(
        ['outbox', 'uploads', 'bodies', 'purges', 'meta'],
        async (tx) => ({
          purges: groupByDoc(await tx.purges.list()),
          waiting: (await tx.outbox.count()) + (await tx.uploads.count()),
          bodies: await tx.bodies.list(),
          vault: await readMeta(tx, 'vault'),
        }),
      );
      if (waiting > 0 || !vault) return;
      await absorb();
      for (const [id, rows] of purges)
        for (const { payload } of rows)
          must(
            rules.injured(vault.id, id) || shadow.purges(vault.id, id).some((other) => sameBytes(other, payload)),
            'V37',
            () => `${device.name} has sent all it had, and the storage doesn't say that ${id} was deleted for good`,
          );
      const known = of(found, device, () => new Map<DocId, string>());
      for (const [id, rows] of groupByDoc(bodies)) {
        const key = `${vault.id} ${rows.map((row) => row.n).join()}`;
        if (known.get(id) === key) continue;
        const there = shadow.doc(vault.id, id);
        const doc = docOf(device, id, rows);
        const buried = (purges.get(id) ?? []).map((row) => row.payload);
        // Of a note that was deleted for good only that is kept, in the end.
        if (graves.hidden(doc, buried)) continue;
        // One that is on its way back is sent once it is whole.
        if (buried.length > 0 && hasPending(doc)) continue;
        const whole = there !== undefined && contains(there, Y.encodeStateAsUpdate(doc));
        must(
          whole || rules.injured(vault.id, id),
          'V37',
          () => `${device.name} has sent all it had, and ${id} can't be had whole from the storage`,
        );
        doc.destroy();
        if (whole) known.set(id, key);
      }
    },
  };
}
