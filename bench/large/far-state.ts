/** A state port whose tables lie in another process; only `meta`, which holds keys that can't be copied, is here. */
import { createMemoryState } from '../../src/vault/memory-state.ts';
import type { Rows, State, TableName, Tables } from '../../src/vault/state.ts';
import type { Remote } from './wire.ts';

type AnyRows = Rows<unknown, string | number>;

export function farState(call: Remote): State {
  const here = createMemoryState();
  let next = 0;

  function rowsOf(id: number, table: TableName): AnyRows {
    const op =
      (method: keyof AnyRows) =>
      (...args: unknown[]) =>
        call('op', id, table, method, args) as Promise<never>;
    return {
      get: op('get'),
      getMany: op('getMany'),
      put: op('put'),
      putMany: op('putMany'),
      delete: op('delete'),
      where: op('where'),
      list: op('list'),
      count: op('count'),
    };
  }

  async function far<Result>(
    names: readonly TableName[],
    writes: boolean,
    body: (tables: Partial<Tables>) => Promise<Result>,
  ): Promise<Result> {
    if (names.length === 0) return body({});
    const id = next++;
    await call('begin', id, names, writes);
    try {
      const result = await body(Object.fromEntries(names.map((name) => [name, rowsOf(id, name)])));
      await call('end', id, false);
      return result;
    } catch (error) {
      await call('end', id, true);
      throw error;
    }
  }

  function run<Result>(names: readonly TableName[], writes: boolean, body: (tx: Tables) => Promise<Result>) {
    const others = names.filter((name) => name !== 'meta');
    if (others.length === names.length) return far(others, writes, (tables) => body(tables as Tables));
    return here[writes ? 'write' : 'read'](['meta'], ({ meta }) =>
      far(others, writes, (tables) => body({ ...tables, meta } as Tables)),
    );
  }

  return {
    read: (names, body) => run(names, false, body as unknown as (tx: Tables) => ReturnType<typeof body>),
    write: (names, body) => run(names, true, body as unknown as (tx: Tables) => ReturnType<typeof body>),
  };
}
