/** What lies under a test's database: tells whether it is at work, how often it was written to, and runs full on request. */
import type { Dexie } from 'dexie';

export interface Disk {
  /** Whether transactions are under way. */
  busy(): boolean;
  /** Transactions that wrote and were committed. */
  writes(): number;
  /** Writes for which there was no room. */
  refused(): number;
  /**
   * From now on nothing can be written: each write fails at once, or when its transaction is to be committed.
   * Browsers do either. https://w3c.github.io/IndexedDB/#transaction-lifecycle
   * @param spared tables whose rows are small enough to find room.
   */
  fill(when: 'at the write' | 'at the commit', spared?: readonly string[]): void;
  makeRoom(): void;
}

const noRoom = () => new DOMException('there is no room left on this device', 'QuotaExceededError');

/** @param db not opened yet */
export function putUnder(db: Dexie): Disk {
  let open = 0;
  let written = 0;
  let refused = 0;
  let full: { readonly when: 'at the write' | 'at the commit'; readonly spared: readonly string[] } | null = null;

  function observe(transaction: IDBTransaction): void {
    open++;
    const end = () => {
      open--;
    };
    transaction.addEventListener('abort', end);
    transaction.addEventListener('complete', () => {
      end();
      if (transaction.mode === 'readwrite') written++;
    });
  }

  db.use({
    stack: 'dbcore',
    name: 'disk',
    // Under all that Dexie puts on top of IndexedDB.
    level: -10,
    create: (core) => ({
      ...core,
      transaction(...args) {
        const transaction = core.transaction(...args);
        observe(transaction as unknown as IDBTransaction);
        return transaction;
      },
      table(name) {
        const table = core.table(name);
        return {
          ...table,
          async mutate(request) {
            if (!full || full.spared.includes(name)) return table.mutate(request);
            refused++;
            if (full.when === 'at the write') throw noRoom();
            const answer = await table.mutate(request);
            Object.defineProperty(request.trans, 'error', { value: noRoom() });
            request.trans.abort();
            return answer;
          },
        };
      },
    }),
  });

  return {
    busy: () => open > 0,
    writes: () => written,
    refused: () => refused,
    fill(when, spared = []) {
      full = { when, spared };
    },
    makeRoom() {
      full = null;
    },
  };
}
