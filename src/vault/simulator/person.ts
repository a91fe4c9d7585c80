/** What people do: start notes, write and delete in them, tag, pin, file, throw away, and build their notebooks. */
import * as Y from 'yjs';
import {
  createNotebook,
  moveNotebook,
  NotebookError,
  notebooks,
  removeNotebook,
  renameNotebook,
} from '../../notes/library.ts';
import { type DocId, isNoteId, LIBRARY, noteId, type NoteId, notebookId } from '../../notes/ids.ts';
import {
  addTag,
  initNote,
  newDoc,
  removeTag,
  restore,
  setNotebook,
  setPinned,
  setTrashed,
  TAG_PREFIX,
  textOf,
  touch,
} from '../../notes/note.ts';
import { isStorageError } from '../../../backends/storage.ts';
import { openContext } from '../context.ts';
import type { Bytes } from '../crypto.ts';
import { CHANGING, recordEdit } from '../documents.ts';
import { isVaultError } from '../errors.ts';
import { purgeId, unanswered } from '../purge.ts';
import { purgeNotes } from '../purging.ts';
import { fetchNote } from '../bodies.ts';
import type { Device } from './device.ts';
import type { Dice } from './dice.ts';
import { ownVault, placeOf } from './engine.ts';
import type { Life } from './life.ts';
import { tokensIn } from './tokens.ts';
import { Violation } from './violation.ts';
import type { World } from './world.ts';

/** A document open for editing: it follows what arrives, and its edits are written a little later. */
interface Open {
  readonly id: DocId;
  readonly doc: Y.Doc;
  readonly seen: Set<number>;
  unwritten: Uint8Array[];
}

const FROM_DATABASE = Symbol('from the database');

function followed(id: DocId, doc: Y.Doc): Open {
  const open: Open = { id, doc, seen: new Set(), unwritten: [] };
  doc.on('update', (update: Uint8Array, origin: unknown) => {
    if (origin !== FROM_DATABASE) open.unwritten.push(update);
  });
  return open;
}

/** Each opening draws a client id of its own (rule V7). */
function clientId(dice: Dice): number {
  return dice.between(2, 2 ** 32);
}

const FILLER = 'abcdefghijklmnopqrstuvwxyz0123456789     \n';

function filler(dice: Dice, length: number): string {
  if (length > 1000) return longFiller(dice, length);
  let text = '';
  while (text.length < length) text += FILLER[dice.between(0, FILLER.length)];
  return text;
}

/** Text that no packing makes much shorter, and that is quickly made. */
function longFiller(dice: Dice, length: number): string {
  const bytes = new Uint32Array(Math.ceil((length * 3) / 16));
  let state = dice.between(1, 2 ** 31);
  for (let index = 0; index < bytes.length; index++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[index] = state;
  }
  return Buffer.from(bytes.buffer).toString('base64').slice(0, length);
}

export interface Person {
  readonly act: () => Promise<void>;
  /** Opens a note whose card is shown and whose text is still on its way. */
  readonly peek: () => Promise<void>;
  /** Notes that were there before this device met any storage. */
  bring(notes: number, text: number, tags: number): Promise<void>;
}

export function createPerson(world: World, device: Device, life: Life, dice: Dice): Person {
  const opened: Open[] = [];
  const now = device.deps.now;
  const mint = world.mint;

  async function write(open: Open): Promise<void> {
    if (open.unwritten.length === 0) return;
    const { unwritten } = open;
    open.unwritten = [];
    const update = (unwritten.length === 1 ? unwritten[0] : Y.mergeUpdates(unwritten)) as Bytes;
    await life.state.write(CHANGING, async (tx) => {
      follow(open, await tx.bodies.where('doc', [open.id]));
      await recordEdit(tx, open.id, open.doc, update);
    });
  }

  function follow(open: Open, rows: readonly { readonly n?: number; readonly bytes: Uint8Array }[]): void {
    for (const row of rows) {
      if (open.seen.has(row.n as number)) continue;
      open.seen.add(row.n as number);
      Y.applyUpdate(open.doc, row.bytes, FROM_DATABASE);
    }
  }

  /** Null when the note can't be opened now. */
  async function open(id: DocId): Promise<Open | null> {
    const there = opened.find((each) => each.id === id);
    if (there && dice.chance(0.7)) return there;
    const rows = await life.state.read(['bodies', 'pending', 'notes'], async (tx) => {
      const away = id !== LIBRARY && !(await tx.notes.get(id as NoteId))?.here;
      const waits = (await tx.pending.where('doc', [id])).length > 0;
      return away || waits ? null : tx.bodies.where('doc', [id]);
    });
    if (!rows) return null;
    const open = followed(id, newDoc(clientId(dice)));
    follow(open, rows);
    opened.push(open);
    if (opened.length > 3) opened.shift()?.doc.destroy();
    return open;
  }

  async function edit(id: DocId, change: (doc: Y.Doc) => void): Promise<void> {
    const note = await open(id);
    if (!note) return fetch(id);
    for (let times = dice.chance(0.3) ? dice.between(2, 5) : 1; times > 0; times--) {
      note.doc.transact(() => {
        change(note.doc);
        if (id !== LIBRARY) touch(note.doc, now());
      });
      if (dice.chance(0.3)) await life.sleep(dice.between(0, 3000));
      if (dice.chance(0.7)) await write(note);
    }
    await write(note);
  }

  /** Rule V26: nobody edits a note before all that is known of it is here. */
  async function fetch(id: DocId): Promise<void> {
    try {
      const context = await openContext(placeOf(device, life));
      if (!context) return;
      const all = await fetchNote(context, id);
      world.trace(() => `${device.name} fetched ${id}: ${all ? 'all of it' : 'not all of it'}`);
    } catch (error) {
      if (isStorageError(error) || isVaultError(error)) return;
      throw error;
    }
  }

  function words(): string {
    let text = '';
    for (let count = dice.between(1, 4); count > 0; count--) text += filler(dice, dice.between(0, 30)) + mint();
    return text;
  }

  async function create(): Promise<void> {
    const open = followed(noteId(dice.bytes(16)), newDoc(clientId(dice)));
    initNote(open.doc, { now: now(), text: words() });
    world.trace(() => `${device.name} starts ${open.id}`);
    await write(open);
    opened.push(open);
  }

  function insert(doc: Y.Doc): void {
    const text = textOf(doc);
    text.insert(dice.between(0, text.length + 1), words());
  }

  function remove(doc: Y.Doc): void {
    const text = textOf(doc);
    if (text.length === 0) return;
    const at = dice.between(0, text.length);
    const length = Math.min(text.length - at, dice.skewed(1, 40));
    world.oracle.willDelete(tokensIn(text.toJSON().slice(at, at + length)));
    text.delete(at, length);
  }

  function tag(doc: Y.Doc): void {
    const tags = [...doc.getMap('props').keys()].filter((key) => key.startsWith(TAG_PREFIX));
    const old = dice.chance(0.4) ? dice.pick(tags) : undefined;
    if (old === undefined) return addTag(doc, `tag ${mint()}`);
    world.oracle.willDelete(tokensIn(old));
    removeTag(doc, old.slice(TAG_PREFIX.length));
  }

  async function notebook(): Promise<void> {
    await edit(LIBRARY, (doc) => {
      const list = notebooks(doc);
      const one = dice.pick(list)?.id;
      const parent = dice.chance(0.5) ? (dice.pick(list)?.id ?? null) : null;
      try {
        const roll = dice.next();
        if (!one || roll < 0.4)
          createNotebook(doc, { id: notebookId(dice.bytes(16)), name: `${filler(dice, 9)}x`, parent });
        else if (roll < 0.6) moveNotebook(doc, one, { parent });
        else if (roll < 0.9) renameNotebook(doc, one, `${filler(dice, 9)}x`);
        else removeNotebook(doc, one);
      } catch (error) {
        if (!(error instanceof NotebookError)) throw error;
      }
    });
  }

  async function change(): Promise<void> {
    const { list, waiting } = await life.state.read(['notes', 'pending', 'bodies'], async (tx) => ({
      list: await tx.notes.list(),
      waiting: await tx.pending.list({ limit: 50 }),
    }));
    const pending = dice.chance(0.5) ? dice.pick(waiting) : undefined;
    if (pending) return fetch(pending.doc);
    // Most people go on with what they wrote last.
    const recent = list.sort((a, b) => b.modified - a.modified || (a.id < b.id ? -1 : 1)).slice(0, 4);
    const note = dice.pick(dice.chance(0.6) ? recent : list);
    if (!note) return create();
    const folders = await life.state.read(['bodies'], (tx) => tx.bodies.where('doc', [LIBRARY]));
    world.trace(() => `${device.name} edits ${note.id}`);
    const roll = dice.next();
    await edit(note.id, (doc) => {
      if (roll < 0.5) insert(doc);
      else if (roll < 0.7) remove(doc);
      else if (roll < 0.85) tag(doc);
      else if (roll < 0.9) setPinned(doc, dice.chance(0.5));
      else if (roll < 0.95) setTrashed(doc, dice.chance(0.5) ? now() : null);
      else {
        const library = newDoc(1);
        for (const row of folders) Y.applyUpdate(library, row.bytes);
        setNotebook(doc, dice.pick(notebooks(library))?.id ?? null);
      }
    });
  }

  async function deleteForGood(id: NoteId): Promise<void> {
    world.trace(() => `${device.name} deletes ${id} for good`);
    // Where nobody else can have it, it simply goes.
    if (!(await ownVault(life.state))) world.oracle.willPurge(device.held.get(id) ?? []);
    const place = placeOf(device, life);
    const context = await openContext(place);
    const report = await purgeNotes(place, [id], {
      good: true,
      ...(context ? { fetch: (doc) => fetchNote(context, doc) } : {}),
    }).catch((error: unknown) => {
      if (isStorageError(error) || isVaultError(error)) return null;
      throw error;
    });
    if (report?.kept.length) world.trace(() => `${device.name} can't: ${report.kept[0]?.reason}`);
  }

  /** Deletes a note for good, or takes it out of the trash again. */
  async function decide(): Promise<void> {
    const list = await life.state.read(['notes'], (tx) => tx.notes.list());
    const trash = list.filter((row) => row.trashedAt !== null);
    const note = dice.pick(trash.length > 0 && dice.chance(0.8) ? trash : list);
    if (!note) return;
    if (note.trashedAt !== null && dice.chance(0.4)) {
      const purges = await life.state.read(['purges'], (tx) => tx.purges.where('doc', [note.id]));
      world.trace(() => `${device.name} takes ${note.id} back`);
      await edit(note.id, (doc) =>
        restore(
          doc,
          now(),
          unanswered(doc, purges).map((row) => purgeId(row.payload)),
        ),
      );
      return;
    }
    await deleteForGood(note.id);
  }

  async function act(): Promise<void> {
    if (world.acts.left <= 0) return;
    world.acts.left--;
    const roll = dice.next();
    if (roll < 0.2) await create();
    else if (roll < 0.3) await notebook();
    else if (roll < 0.37) await decide();
    else await change();
  }

  async function peek(): Promise<void> {
    const waiting = await life.state.read(['pending'], (tx) => tx.pending.list({ limit: 200 }));
    const pending = dice.pick(waiting);
    if (!pending) return;
    if (isNoteId(pending.doc) && dice.chance(0.2)) await deleteForGood(pending.doc);
    else await fetch(pending.doc);
  }

  async function guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw error instanceof Violation
        ? error
        : new Violation('crash', `${device.name}: ${String(error)}`, { cause: error });
    }
  }

  return {
    act: () => guarded(act),
    peek: () => guarded(peek),
    async bring(notes, text, tags) {
      await life.state.write(CHANGING, async (tx) => {
        for (let count = 0; count < notes; count++) {
          const { id, doc } = followed(noteId(dice.bytes(16)), newDoc(clientId(dice)));
          doc.transact(() => {
            initNote(doc, { now: now() - dice.between(0, 1e9), text: mint() + filler(dice, text) });
            for (let tag = 0; tag < tags; tag++) addTag(doc, filler(dice, 50).replaceAll(/\s/gu, 'x') + tag);
          });
          await recordEdit(tx, id, doc, Y.encodeStateAsUpdate(doc) as Bytes);
          doc.destroy();
        }
      });
    },
  };
}
