/** The vault's state port over IndexedDB. */
import type { Table } from 'dexie';
import type { Rows, State, TableName, Tables, Transaction } from '../vault/state.ts';
import type { Database } from './database.ts';

type Key = string | number;
type Keyed = Readonly<Record<string, unknown>>;

function rowsOf(table: Table): Rows<unknown, Key> {
  return {
    get: (key) => table.get(key),
    getMany: (keys) => table.bulkGet([...keys]),
    put: async (row) => {
      await table.put(row);
    },
    putMany: async (rows) => {
      if (rows.length > 0) await table.bulkPut([...rows]);
    },
    delete: async (keys) => {
      if (keys.length > 0) await table.bulkDelete([...keys]);
    },
    async where(index, values) {
      const key = table.schema.primKey.name;
      const matches = (value: Key) => table.where(index).equals(value);
      const [only, ...others] = [...new Set(values)];
      if (only === undefined) return [];
      if (others.length === 0) return matches(only).sortBy(key);
      // One request a value, all at once: Dexie's `anyOf` walks a cursor row by row, which takes ten times as long.
      const found = await Promise.all([only, ...others].map((value) => matches(value).toArray()));
      return found.flat().sort((a: Keyed, b: Keyed) => ((a[key] as Key) < (b[key] as Key) ? -1 : 1));
    },
    list: ({ after, limit } = {}) => {
      const rows = after === undefined ? table.orderBy(':id') : table.where(':id').above(after);
      return limit === undefined ? rows.toArray() : rows.limit(limit).toArray();
    },
    count: () => table.count(),
  };
}

export function createDexieState(db: Database): State {
  async function run<Result>(
    mode: 'r' | 'rw',
    names: readonly TableName[],
    body: (tx: Tables) => Promise<Result>,
  ): Promise<Result> {
    const tables = names.map((name) => db[name]);
    const view = Object.fromEntries(names.map((name) => [name, rowsOf(db[name])])) as unknown as Tables;
    // An async function by form: Dexie looks whether it is one, and only then keeps the transaction through native awaits.
    return db.transaction(mode, tables, async () => body(view));
  }
  return {
    read: (names, body) => run('r', names, body as (tx: Transaction<TableName>) => ReturnType<typeof body>),
    write: (names, body) => run('rw', names, body as (tx: Transaction<TableName>) => ReturnType<typeof body>),
  };
}
