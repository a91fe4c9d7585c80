/** One area's files: what is known of them, and listing them anew. */
import type { Area } from '../storage.ts';
import { type Catalog, createCatalog, isFirst } from './catalog.ts';
import { deleteFiles } from './deletion.ts';
import { foreignAnswer, isGone } from './failure.ts';
import { type Entry, type SeenFile, entryOf } from './file.ts';
import type { Folders } from './folders.ts';
import type { Journal } from './journal.ts';
import { type FilesPage, inFolders, listAll, listPage } from './listing.ts';
import { type Kept, readDriveSettings } from './settings.ts';
import { createSharedRun } from './shared-run.ts';
import type { Transport } from './transport.ts';

export interface AreaFiles {
  readonly catalog: Catalog;
  /** Sees to it that everything was listed once. @returns whether it was listed just now. */
  load(signal: AbortSignal | undefined): Promise<boolean>;
  /** Lists everything, from now on. */
  refresh(signal: AbortSignal | undefined): Promise<void>;
  /** One page, of those folders that are known. None: an empty one. */
  page(page: string | undefined, signal: AbortSignal | undefined): Promise<FilesPage>;
  entries(files: readonly SeenFile[]): Entry[];
  /** As `Folders.check`; when one has gone, what was known of its files is forgotten. */
  check(signal: AbortSignal | undefined): Promise<boolean>;
  /** Removes files that are the same as others of their name. What doesn't work is left for the next time. */
  removeSpares(files: readonly SeenFile[], signal: AbortSignal | undefined): Promise<void>;
}

export interface AreaDeps {
  readonly transport: Transport;
  readonly kept: Kept;
  readonly folders: Folders;
  readonly journal: Journal;
  readonly pageSize: number;
}

/** Of two files of one name and content, the later; never one whose content is another. */
function sparesAmong(files: readonly (readonly [Entry, SeenFile])[]): string[] {
  const seen = new Set<string>();
  const spares: string[] = [];
  const inOrder = files.toSorted(([one], [other]) => (isFirst(one, other) ? -1 : 1));
  for (const [entry, { sha256 }] of inOrder) {
    // Nothing is known of its content.
    if (sha256 === undefined) continue;
    const same = `${entry.name} ${entry.size} ${sha256}`;
    if (seen.has(same)) spares.push(entry.id);
    seen.add(same);
  }
  return spares;
}

/** Drive lists no folder that isn't there: undefined then. */
async function orGone<T>(listing: Promise<T>): Promise<T | undefined> {
  try {
    return await listing;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

export function createAreaFiles(area: Area, deps: AreaDeps): AreaFiles {
  const { transport, folders, journal, pageSize } = deps;
  const catalog = createCatalog(area, journal);
  const request = () => ({
    space: readDriveSettings(deps.kept.settings()).space,
    query: inFolders(folders.of(area)),
    pageSize,
  });

  const entryIn = (file: SeenFile) => entryOf(area, folders.of(area), file);
  const entries = (files: readonly SeenFile[]) => files.flatMap((file) => entryIn(file) ?? []);

  async function removeSpares(files: readonly SeenFile[], signal: AbortSignal | undefined): Promise<void> {
    const ours = files.flatMap((file) => {
      const entry = entryIn(file);
      return entry && !journal.isDeleted(entry.id) ? [[entry, file] as const] : [];
    });
    const spares = sparesAmong(ours);
    if (spares.length === 0) return;
    try {
      await deleteFiles(transport, spares, signal);
    } catch {
      signal?.throwIfAborted();
      return;
    }
    journal.deleted(spares);
    for (const id of spares) catalog.forget(id);
  }

  async function check(signal: AbortSignal | undefined): Promise<boolean> {
    const hasGone = await folders.check(area, signal);
    if (hasGone) catalog.reset();
    return hasGone;
  }

  async function list(signal: AbortSignal): Promise<SeenFile[]> {
    for (let isFirstTime = true; ; isFirstTime = false) {
      if (folders.of(area).length === 0) await folders.find(signal);
      if (folders.of(area).length === 0) return [];
      const files = await orGone(listAll(transport, request(), signal));
      // Nothing at all: perhaps because the folder isn't where it was.
      if (files && (entries(files).length > 0 || !isFirstTime)) return files;
      const hasGone = await check(signal);
      if (files && !hasGone) return files;
      if (!hasGone || !isFirstTime) throw foreignAnswer('files.list', 'the news that a folder is gone which is there');
    }
  }

  const listing = createSharedRun(async (signal) => {
    const files = await list(signal);
    catalog.listed(entries(files));
    await removeSpares(files, signal);
  });

  return {
    catalog,
    async load(signal) {
      if (catalog.isComplete()) return false;
      await listing.join(signal);
      return true;
    },
    refresh: (signal) => listing.fresh(signal),
    async page(page, signal) {
      const nothing: FilesPage = { files: [], next: undefined };
      if (folders.of(area).length === 0) return nothing;
      // With nothing in it, the page makes its reader ask after the folder.
      return (
        (await orGone(listPage(transport, { ...request(), ...(page !== undefined && { page }) }, signal))) ?? nothing
      );
    },
    entries,
    check,
    removeSpares,
  };
}
