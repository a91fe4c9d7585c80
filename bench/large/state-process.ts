/**
 * A process that holds a device's tables, as a browser keeps IndexedDB outside the page's process. Tells its parent its port.
 * Keys of the vault can't leave the process that uses them, so the table `meta` stays there.
 */
import { createMemoryState } from '../../src/vault/memory-state.ts';
import type { Rows, TableName, Transaction } from '../../src/vault/state.ts';
import { contentsOf, expectedContents, fill, mustEqual, newest, rowsOf, type Size } from '../library.ts';
import { serve } from './wire.ts';

const state = createMemoryState();
type AnyRows = Rows<unknown, string | number>;
interface Open {
  readonly tx: Transaction<TableName>;
  readonly end: (rollBack: boolean) => void;
  readonly ended: Promise<void>;
}
const transactions = new Map<number, Open>();

class RolledBack extends Error {}

function begin(id: number, names: readonly TableName[], writes: boolean): Promise<void> {
  return new Promise((began) => {
    const ended = state[writes ? 'write' : 'read'](names, async (tx) => {
      const rollBack = await new Promise<boolean>((end) => {
        transactions.set(id, { tx, end, ended: Promise.resolve().then(() => ended) });
        began();
      });
      if (rollBack) throw new RolledBack();
    });
    ended.catch(() => undefined);
  });
}

function openTransaction(id: number): Open {
  const open = transactions.get(id);
  if (!open) throw new Error(`transaction ${id} has ended`);
  return open;
}

const port = await serve({
  begin,
  async op(id: number, table: TableName, method: keyof AnyRows, args: readonly unknown[]) {
    const rows = openTransaction(id).tx[table] as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    return rows[method]?.(...args);
  },
  async end(id: number, rollBack: boolean) {
    const open = openTransaction(id);
    transactions.delete(id);
    open.end(rollBack);
    await open.ended.catch((error: unknown) => {
      if (!(error instanceof RolledBack)) throw error;
    });
  },
  async fill(size: Size) {
    await fill(state, rowsOf(size));
  },
  /** @throws when what is here isn't the corpus */
  check: async (what: string, size: Size) => mustEqual(what, await contentsOf(state), await expectedContents(size)),
  newest: async (size: Size, howMany: number) => newest(size, howMany),
});
process.send?.(port);
