/** What the leading engine tells every window: one row, written as things change. */
import type { ConnectionRow } from '../cache/database.ts';
import { KNOWN_KINDS } from '../vault/entry-kinds.ts';
import { MISSING_AFTER } from '../vault/session.ts';
import type { VaultId } from '../vault/names.ts';
import { CONFIRMED_AFTER, standingOf } from '../vault/standing.ts';
import { readMeta, type Transaction } from '../vault/state.ts';
import { NO_OTHER_VAULTS, NOTHING_UNREAD, type SyncStatus, type Trouble, type Unread } from './api.ts';
import type { Host } from './host.ts';
import { otherVaults } from './vaults.ts';

/** A row a fraction of a second is as live as people can see, and costs the database little. */
const PROGRESS_EVERY = 200;

export interface Reporter {
  phase(phase: SyncStatus['phase']): Promise<void>;
  /** May be called as often as it likes. */
  progress(done: number, total: number): void;
  trouble(trouble: Trouble): Promise<void>;
  synced(): Promise<void>;
}

async function readStatus(host: Pick<Host, 'db'>, id: string): Promise<SyncStatus | null> {
  return ((await host.db.status.get(id))?.status as SyncStatus | undefined) ?? null;
}

/** Packs that have gone, once a second full listing has said so: those whose content is on this device, and the others (rule V34). */
async function losses(
  tx: Transaction<'packs' | 'sights' | 'meta' | 'applied'>,
  storage: string,
  vault: VaultId,
): Promise<Pick<Unread, 'gone' | 'lost'>> {
  const { lost, full } = await standingOf(tx, storage, vault);
  const sure = lost.filter((row) => row.gone !== null && full - row.gone.local >= CONFIRMED_AFTER);
  const here = await Promise.all(sure.map(async (row) => (await tx.applied.getMany(row.covers)).every(Boolean)));
  const gone = here.filter(Boolean).length;
  return { gone, lost: sure.length - gone };
}

async function unread(host: Host, storage: string, vault: VaultId | undefined): Promise<Unread> {
  const tables = ['packs', 'aside', 'missing', 'sights', 'meta', 'applied'] as const;
  return host.state.read(tables, async (tx) => {
    const packs = await tx.packs.where('storage', [storage]);
    const count = (state: string) => packs.filter((row) => row.present && row.state === state).length;
    const aside = await tx.aside.list();
    const unknown = aside.filter((row) => !KNOWN_KINDS.includes(row.kind)).length;
    const longAgo = host.vault.now() - MISSING_AFTER;
    return {
      damaged: count('damaged'),
      newer: count('newer'),
      locked: count('locked'),
      unknown,
      aside: aside.length - unknown,
      ...(vault ? await losses(tx, storage, vault) : { gone: 0, lost: 0 }),
      missing: (await tx.missing.list()).filter((row) => row.since <= longAgo).length,
    };
  });
}

async function seen(host: Host, storage: string): Promise<Pick<SyncStatus, 'unread' | 'vaults'>> {
  const own = await host.state.read(['meta'], (tx) => readMeta(tx, 'vault'));
  const vaults = own ? await otherVaults({ state: host.state, storageId: storage, vault: own.id }) : NO_OTHER_VAULTS;
  return { unread: await unread(host, storage, own?.id), vaults };
}

/** Begins where the last leader left off, so that "synced an hour ago" survives a restart. */
export async function createReporter(host: Host, row: ConnectionRow): Promise<Reporter> {
  const before = await readStatus(host, row.id);
  let status: SyncStatus = {
    kind: row.kind,
    access: row.access ?? 'redirect',
    label: row.label,
    account: row.account,
    phase: 'idle',
    progress: null,
    trouble: before?.trouble ?? null,
    // What an older version wrote lacks what it didn't count.
    unread: { ...NOTHING_UNREAD, ...before?.unread },
    vaults: { ...NO_OTHER_VAULTS, ...before?.vaults },
    lastSynced: before?.lastSynced ?? null,
  };
  let lastProgress = 0;
  const write = async (change: Partial<SyncStatus>) => {
    status = { ...status, ...change };
    await host.db.status.put({ id: row.id, status });
  };
  return {
    phase: (phase) => write({ phase, ...(phase === 'receiving' ? {} : { progress: null }) }),
    progress(done, total) {
      const now = host.vault.now();
      if (done < total && now - lastProgress < PROGRESS_EVERY) return;
      lastProgress = now;
      // A progress that could not be told is no reason to stop.
      void write({ phase: 'receiving', progress: { done, total } }).catch(() => undefined);
    },
    trouble: async (trouble) => write({ phase: 'paused', progress: null, trouble, ...(await seen(host, row.id)) }),
    synced: async () =>
      write({
        phase: 'idle',
        progress: null,
        trouble: null,
        ...(await seen(host, row.id)),
        lastSynced: host.vault.now(),
      }),
  };
}
