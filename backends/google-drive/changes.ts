/** A listing in pages and its later changes, as the storage interface tells them. */
import type { Area, ChangesPage, Cursor } from '../storage.ts';
import type { AreaFiles } from './area.ts';
import { eventsBetween } from './catalog.ts';
import { isListingDue, type Position, readCursor, writeCursor } from './cursor.ts';
import { type Change, expiredToken, readFeed, startToken } from './feed.ts';
import { type Entry, entryOf } from './file.ts';
import type { Folders } from './folders.ts';
import { PAGE_FILES } from './listing.ts';
import { type Kept, readDriveSettings } from './settings.ts';
import type { Transport } from './transport.ts';

export interface ChangesDeps {
  readonly transport: Transport;
  readonly kept: Kept;
  readonly folders: Folders;
  /** ms since 1970. */
  readonly now: () => number;
  /** How long the feed is trusted before everything is listed anew, in ms. */
  readonly fullListingEvery: number;
}

/** What the feed's changes mean for an area. */
interface Meaning {
  /** By id; undefined: not there, or not an object of ours. */
  readonly changes: ReadonlyMap<string, Entry | undefined>;
  /** A folder came or went, so that more has changed than was told. */
  readonly folders: boolean;
  /** Files have gone into the trash with a folder above them. */
  readonly trashed: boolean;
}

export function createChanges(deps: ChangesDeps) {
  const { transport, folders } = deps;
  const spaceOf = () => readDriveSettings(deps.kept.settings()).space;
  const roleOf = (id: string) => readDriveSettings(deps.kept.settings()).folders.find((known) => known.id === id)?.role;

  async function meaningOf(area: Area, known: Position['known'], changes: readonly Change[]): Promise<Meaning> {
    const meant = new Map<string, Entry | undefined>();
    let hasFolders = false;
    let trashed = false;
    for (const { id, file } of changes) {
      const role = roleOf(id);
      if (role) {
        const concernsArea = role === area || role === 'root';
        if (!file && concernsArea) hasFolders = true;
        if (file?.trashed === true && concernsArea) trashed = true;
        continue;
      }
      if (file?.isFolder === true) {
        if ((await folders.learn(file)) && file.role === area) hasFolders = true;
        continue;
      }
      if (file?.trashed === true && !file.explicitlyTrashed && known.has(id)) trashed = true;
      meant.set(id, file && entryOf(area, folders.of(area), file));
    }
    // What was in the trash, and is out of it by the time of looking, has to be seen again.
    return { changes: meant, folders: hasFolders || trashed, trashed };
  }

  async function listingPage(
    area: Area,
    files: AreaFiles,
    position: Position,
    signal: AbortSignal | undefined,
  ): Promise<ChangesPage> {
    const { token, full, first } = position;
    let answer: Awaited<ReturnType<AreaFiles['page']>>;
    try {
      answer = await files.page(position.page, signal);
    } catch (error) {
      // A listing whose next page isn't to be had begins anew.
      throw (position.page === undefined ? undefined : expiredToken(error)) ?? error;
    }
    const known = new Map(position.known);
    for (const entry of files.entries(answer.files)) known.set(entry.id, entry);
    if (answer.next !== undefined) {
      const events = eventsBetween(position.known.values(), known.values());
      return { events, cursor: writeCursor(area, { token, full, first, known, page: answer.next }), more: true };
    }
    // Nothing at all: perhaps because the folder isn't where it was.
    if (known.size === 0 && (await files.check(signal)) && (await folders.find(signal)))
      return listingPage(area, files, { token, full, first, known: new Map() }, signal);
    files.catalog.listed(known.values());
    await files.removeSpares(answer.files, signal);
    const shown = files.catalog.view(known.values());
    const events = eventsBetween(position.known.values(), shown.values());
    return { events, cursor: writeCursor(area, { token, full, first, known: shown }), more: false };
  }

  async function follow(
    area: Area,
    files: AreaFiles,
    position: Position,
    signal: AbortSignal | undefined,
  ): Promise<ChangesPage> {
    const feed = await readFeed(transport, spaceOf(), position.token, PAGE_FILES, signal);
    const meaning = await meaningOf(area, position.known, feed.changes);
    // What lies in the trash with its folder isn't told as removed. It may be out of there again by now.
    if (meaning.trashed) await files.check(signal);
    let { full, first } = position;
    let known = new Map(position.known);
    for (const [id, entry] of meaning.changes) {
      if (entry) known.set(id, entry);
      else known.delete(id);
    }
    files.catalog.changed(meaning.changes);
    const isDue = isListingDue(position, deps.now(), deps.fullListingEvery);
    if (!feed.more && (meaning.folders || isDue)) {
      full = deps.now();
      if (isDue) first = false;
      await folders.find(signal);
      await files.refresh(signal);
      known = files.catalog.view(files.catalog.entries());
    } else if (!feed.more && !files.catalog.isComplete()) {
      files.catalog.listed(known.values());
    }
    const shown = files.catalog.view(known.values());
    const events = eventsBetween(position.known.values(), shown.values());
    return { events, cursor: writeCursor(area, { token: feed.token, full, first, known: shown }), more: feed.more };
  }

  /** @throws {StorageError} `CursorExpired` for a cursor that isn't taken, here or there. */
  async function list(
    area: Area,
    files: AreaFiles,
    cursor: Cursor | undefined,
    signal: AbortSignal | undefined,
  ): Promise<ChangesPage> {
    const position = cursor === undefined ? undefined : readCursor(area, cursor);
    if (position?.page !== undefined) return listingPage(area, files, position, signal);
    if (position) return follow(area, files, position, signal);
    await folders.find(signal);
    const full = deps.now();
    const token = await startToken(transport, signal);
    return listingPage(area, files, { token, full, first: true, known: new Map() }, signal);
  }

  /** Whether the feed has anything to tell an area's reader. */
  function concerns(area: Area, known: Position['known'], changes: readonly Change[]): boolean {
    return changes.some(({ id, file }) => {
      const role = roleOf(id) ?? file?.role;
      if (known.has(id) || role === area || role === 'root') return true;
      return file !== undefined && entryOf(area, folders.of(area), file) !== undefined;
    });
  }

  /** Whether a first listing is to be made again, for what it may have lacked. */
  const wantsSecondLook = (position: Position) =>
    position.first && isListingDue(position, deps.now(), deps.fullListingEvery);

  return { list, concerns, wantsSecondLook, spaceOf };
}
