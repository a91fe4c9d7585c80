/** The state port in memory: for the simulator, benchmarks and tests. Rows are copied on the way in and out. */
import { type Rows, SCHEMA, type State, type TableName, type Tables, type Transaction } from './state.ts';

type Row = Record<string, unknown>;
type Key = string | number;

interface Table {
  rows: Map<Key, Row>;
  next: number;
  /** Keys in order; null after a key came or went. */
  sorted: Key[] | null;
  /** For each index: value → keys. */
  readonly indexes: Map<string, Map<unknown, Set<Key>>>;
}

const compare = (a: Key, b: Key) => (a < b ? -1 : a > b ? 1 : 0);

function emptyTable(name: TableName): Table {
  return {
    rows: new Map(),
    next: 1,
    sorted: [],
    indexes: new Map(SCHEMA[name].indexes.map((index) => [index, new Map()])),
  };
}

function unindex(table: Table, key: Key): void {
  const row = table.rows.get(key);
  if (!row) return;
  for (const [index, values] of table.indexes) values.get(row[index])?.delete(key);
}

function store(table: Table, key: Key, row: Row | undefined): void {
  unindex(table, key);
  if (!row) {
    if (table.rows.delete(key)) table.sorted = null;
    return;
  }
  if (!table.rows.has(key)) {
    // Counted keys come in order, so the list stays sorted.
    if (table.sorted && (table.sorted.length === 0 || compare(table.sorted.at(-1) as Key, key) < 0))
      table.sorted.push(key);
    else table.sorted = null;
  }
  table.rows.set(key, row);
  for (const [index, values] of table.indexes) {
    const keys = values.get(row[index]);
    if (keys) keys.add(key);
    else values.set(row[index], new Set([key]));
  }
}

/** Bytes are shared, not copied: nobody writes into a buffer that was handed to a state. */
function copy(row: Row): Row {
  return { ...row };
}

/** Changes of one transaction, so that they can be taken back. */
type Undo = [Table, Key, Row | undefined][];

function rowsOf(name: TableName, table: Table, undo: Undo | null): Rows<Row, Key> {
  const counted = SCHEMA[name].key.startsWith('++');
  const field = SCHEMA[name].key.replace('++', '');
  function write(key: Key, row: Row | undefined): void {
    if (!undo) throw new Error(`${name}: a write in a reading transaction`);
    undo.push([table, key, table.rows.get(key)]);
    store(table, key, row);
  }
  function put(row: Row): void {
    const key = (row[field] as Key | undefined) ?? (counted ? table.next : undefined);
    if (key === undefined) throw new Error(`${name}: a row without a key`);
    if (counted && typeof key === 'number') table.next = Math.max(table.next, key + 1);
    write(key, copy({ ...row, [field]: key }));
  }
  return {
    get: async (key) => {
      const row = table.rows.get(key);
      return row && copy(row);
    },
    getMany: async (keys) =>
      keys.map((key) => {
        const row = table.rows.get(key);
        return row && copy(row);
      }),
    put: async (row) => put(row),
    putMany: async (rows) => rows.forEach(put),
    delete: async (keys) => {
      for (const key of keys) if (table.rows.has(key)) write(key, undefined);
    },
    where: async (index, values) => {
      const found = table.indexes.get(index);
      if (!found) throw new Error(`${name} has no index ${index}`);
      const keys = values.flatMap((value) => [...(found.get(value) ?? [])]);
      return keys.sort(compare).map((key) => copy(table.rows.get(key) as Row));
    },
    list: async ({ after, limit = Number.POSITIVE_INFINITY } = {}) => {
      table.sorted ??= [...table.rows.keys()].sort(compare);
      const result: Row[] = [];
      for (const key of table.sorted) {
        if (result.length >= limit) break;
        if (after === undefined || compare(key, after) > 0) result.push(copy(table.rows.get(key) as Row));
      }
      return result;
    },
    count: async () => table.rows.size,
  };
}

export function createMemoryState(): State {
  const tables = Object.fromEntries(
    (Object.keys(SCHEMA) as TableName[]).map((name) => [name, emptyTable(name)]),
  ) as Record<TableName, Table>;
  /** Transactions run one after another, as those over the same tables do in IndexedDB. */
  let last: Promise<unknown> = Promise.resolve();

  function view(names: readonly TableName[], undo: Undo | null): Tables {
    return Object.fromEntries(names.map((name) => [name, rowsOf(name, tables[name], undo)])) as unknown as Tables;
  }

  function run<Result>(
    names: readonly TableName[],
    writes: boolean,
    body: (tx: Tables) => Promise<Result>,
  ): Promise<Result> {
    const result = last.then(async () => {
      const undo: Undo = [];
      try {
        return await body(view(names, writes ? undo : null));
      } catch (error) {
        for (const [table, key, row] of undo.toReversed()) store(table, key, row);
        throw error;
      }
    });
    last = result.catch(() => undefined);
    return result;
  }

  return {
    read: (names, body) => run(names, false, body as (tx: Transaction<TableName>) => ReturnType<typeof body>),
    write: (names, body) => run(names, true, body as (tx: Transaction<TableName>) => ReturnType<typeof body>),
  };
}
