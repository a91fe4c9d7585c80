/**
 * One run of the program on a device, from its start to the moment it is killed. Whatever it asks of the storage or the local
 * database goes through here; once it is dead, nothing ever answers it again, and what it had under way goes on without it.
 */
import type { Storage } from '../../../backends/storage.ts';
import type { BodyRow, State, TableName, Tables, Transaction } from '../state.ts';
import type { DocId } from '../../notes/ids.ts';
import type { Clock } from './clock.ts';
import type { Dice } from './dice.ts';
import type { Weather } from './weather.ts';

export interface Life {
  readonly dead: () => boolean;
  readonly kill: () => void;
  /** What the program is given as its ports. */
  readonly state: State;
  mortal(storage: Storage): Storage;
  sleep(ms: number): Promise<void>;
}

/** What transactions changed since somebody looked. */
export interface Touched {
  readonly docs: Set<DocId>;
  /** Rows of `bodies` that were deleted. */
  readonly rows: Set<number>;
  readonly tables: Set<TableName>;
}

export interface LifeDeps {
  readonly clock: Clock;
  readonly dice: Dice;
  readonly weather: Weather;
  readonly state: State;
  readonly touched: Touched;
  readonly trace: (line: () => string) => void;
  readonly onDeath: () => void;
}

const never = <Result>() => new Promise<Result>(() => undefined);

/** Notes whose rows are written. */
function noting(table: Tables['purges'], docs: Set<DocId>): Tables['purges'] {
  return {
    get: (key) => table.get(key),
    getMany: (keys) => table.getMany(keys),
    where: (index, values) => table.where(index, values),
    list: (options) => table.list(options),
    count: () => table.count(),
    put(row) {
      docs.add(row.doc);
      return table.put(row);
    },
    putMany(rows) {
      for (const row of rows) docs.add(row.doc);
      return table.putMany(rows);
    },
    delete: (keys) => table.delete(keys),
  };
}

/** Notes which documents a transaction changes. */
function watched(tx: Transaction<TableName>, docs: Set<DocId>, rows: Set<number>): Transaction<TableName> {
  const { bodies, purges } = tx;
  const mourned: Partial<Tables> = purges ? { purges: noting(purges, docs) } : {};
  if (!bodies) return { ...tx, ...mourned };
  const table: Tables['bodies'] = {
    get: (key) => bodies.get(key),
    getMany: (keys) => bodies.getMany(keys),
    where: (index, values) => bodies.where(index, values),
    list: (options) => bodies.list(options),
    count: () => bodies.count(),
    put(row: BodyRow) {
      docs.add(row.doc);
      return bodies.put(row);
    },
    putMany(all) {
      for (const row of all) docs.add(row.doc);
      return bodies.putMany(all);
    },
    delete(keys) {
      for (const key of keys) rows.add(key);
      return bodies.delete(keys);
    },
  };
  return { ...tx, ...mourned, bodies: table };
}

export function createLife(deps: LifeDeps): Life {
  const { clock, dice, weather, touched, trace } = deps;
  let dead = false;

  function kill(): void {
    if (dead) return;
    dead = true;
    deps.onDeath();
  }

  /** Half of the deaths come before a call, half right after it, before anybody hears how it ended. */
  function strikes(what: () => string): boolean {
    if (!dead && dice.chance(weather.killed / 2)) {
      trace(() => `killed ${what()}`);
      kill();
    }
    return dead;
  }

  async function call<Result>(what: () => string, work: () => Promise<Result>): Promise<Result> {
    if (strikes(() => `before ${what()}`)) return never();
    let outcome: { value: Result } | { error: unknown };
    try {
      outcome = { value: await work() };
    } catch (error) {
      outcome = { error };
    }
    if (strikes(() => `after ${what()}`)) return never();
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }

  async function sleep(ms: number): Promise<void> {
    await clock.sleep(ms);
    return dead ? never() : undefined;
  }

  async function local<Result>(work: () => Promise<Result>): Promise<Result> {
    if (dice.chance(weather.slowDisk)) await sleep(dice.skewed(1, 2000));
    return work();
  }

  const state: State = {
    read: (tables, body) =>
      call(
        () => `reading ${tables.join()}`,
        () => local(() => deps.state.read(tables, body)),
      ),
    write: (tables, body) =>
      call(
        () => `writing ${tables.join()}`,
        () =>
          local(async () => {
            const docs = new Set<DocId>();
            const rows = new Set<number>();
            const result = await deps.state.write(tables, (tx) =>
              body(watched(tx as unknown as Transaction<TableName>, docs, rows) as unknown as typeof tx),
            );
            for (const doc of docs) touched.docs.add(doc);
            for (const row of rows) touched.rows.add(row);
            for (const table of tables) touched.tables.add(table);
            return result;
          }),
      ),
  };

  return {
    dead: () => dead,
    kill,
    state,
    sleep,
    mortal: (storage) => ({
      put: (name, bytes, signal) =>
        call(
          () => `putting ${name}`,
          () => storage.put(name, bytes, signal),
        ),
      get: (name, range, signal) =>
        call(
          () => `getting ${name}`,
          () => storage.get(name, range, signal),
        ),
      changes: (area, cursor, signal) =>
        call(
          () => 'listing',
          () => storage.changes(area, cursor, signal),
        ),
      delete: (names, signal) =>
        call(
          () => 'deleting',
          () => storage.delete(names, signal),
        ),
      watch: (area, cursor, signal) =>
        call(
          () => 'waiting',
          () => storage.watch(area, cursor, signal),
        ),
      about: (signal) =>
        call(
          () => 'asking for the account',
          () => storage.about(signal),
        ),
    }),
  };
}
