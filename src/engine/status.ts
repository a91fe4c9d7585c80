/** What the leading engine tells every window: one row, written as things change. */
import type { ConnectionRow } from '../cache/database.ts';
import { KNOWN_KINDS } from '../vault/entry-kinds.ts';
import { MISSING_AFTER } from '../vault/session.ts';
import { NOTHING_UNREAD, type SyncStatus, type Trouble, type Unread } from './api.ts';
import type { Host } from './host.ts';

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

async function unread(host: Host, storage: string): Promise<Unread> {
  return host.state.read(['packs', 'aside', 'missing'], async (tx) => {
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
      gone: packs.filter((row) => !row.present && row.state === 'applied').length,
      missing: (await tx.missing.list()).filter((row) => row.since <= longAgo).length,
    };
  });
}

/** Begins where the last leader left off, so that "synced an hour ago" survives a restart. */
export async function createReporter(host: Host, row: ConnectionRow): Promise<Reporter> {
  const before = await readStatus(host, row.id);
  let status: SyncStatus = {
    kind: row.kind,
    label: row.label,
    account: row.account,
    phase: 'idle',
    progress: null,
    trouble: before?.trouble ?? null,
    // What an older version wrote lacks what it didn't count.
    unread: { ...NOTHING_UNREAD, ...before?.unread },
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
    trouble: async (trouble) => write({ phase: 'paused', progress: null, trouble, unread: await unread(host, row.id) }),
    synced: async () =>
      write({
        phase: 'idle',
        progress: null,
        trouble: null,
        unread: await unread(host, row.id),
        lastSynced: host.vault.now(),
      }),
  };
}
