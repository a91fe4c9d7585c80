import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { describe, expect, it } from 'vitest';
import type { DocId } from '../notes/ids.ts';
import { createMemoryState } from '../vault/memory-state.ts';
import type { State } from '../vault/state.ts';
import { createDatabase, openDatabase } from './database.ts';
import { createDexieState } from './dexie-state.ts';

const doc = (digit: string) => digit.repeat(32) as DocId;
const bytes = (...values: number[]) => new Uint8Array(values);

const STATES: readonly [string, () => Promise<State>][] = [
  ['in memory', async () => createMemoryState()],
  [
    'over IndexedDB',
    async () => {
      const db = createDatabase('test', { indexedDB: new IDBFactory(), IDBKeyRange });
      await openDatabase(db);
      return createDexieState(db);
    },
  ],
];

// One set of promises, held by both: what the simulator finds in memory is true of the browser as well.
describe.each(STATES)('the state port %s', (_, create) => {
  it('counts keys up, and lists rows in their order', async () => {
    const state = await create();
    await state.write(['outbox'], async (tx) => {
      await tx.outbox.put({ doc: doc('b'), bytes: null });
      await tx.outbox.putMany([
        { doc: doc('a'), bytes: bytes(1) },
        { doc: doc('c'), bytes: bytes(2) },
      ]);
    });
    const rows = await state.read(['outbox'], (tx) => tx.outbox.list());
    expect(rows.map((row) => row.doc)).toEqual([doc('b'), doc('a'), doc('c')]);
    const [first] = rows;
    const rest = await state.read(['outbox'], (tx) => tx.outbox.list({ after: first?.n as number, limit: 1 }));
    expect(rest.map((row) => row.doc)).toEqual([doc('a')]);
  });

  it('never gives a counted key twice, not even after the row has gone', async () => {
    const state = await create();
    await state.write(['outbox'], (tx) => tx.outbox.put({ doc: doc('a'), bytes: null }));
    const before = (await state.read(['outbox'], (tx) => tx.outbox.list()))[0]?.n as number;
    await state.write(['outbox'], async (tx) => {
      await tx.outbox.delete([before]);
      await tx.outbox.put({ doc: doc('b'), bytes: null });
    });
    const after = (await state.read(['outbox'], (tx) => tx.outbox.list()))[0]?.n as number;
    expect(after).toBeGreaterThan(before);
  });

  it('finds rows by an indexed field, in order of their keys', async () => {
    const state = await create();
    await state.write(['bodies'], (tx) =>
      tx.bodies.putMany([
        { doc: doc('b'), bytes: bytes(1) },
        { doc: doc('a'), bytes: bytes(2) },
        { doc: doc('b'), bytes: bytes(3) },
        { doc: doc('c'), bytes: bytes(4) },
      ]),
    );
    const found = await state.read(['bodies'], (tx) => tx.bodies.where('doc', [doc('b'), doc('c')]));
    expect(found.map((row) => row.bytes[0])).toEqual([1, 3, 4]);
    expect(await state.read(['bodies'], (tx) => tx.bodies.where('doc', []))).toEqual([]);
  });

  it('gives rows in the order of the keys that were asked for, and nothing for those that are not there', async () => {
    const state = await create();
    await state.write(['meta'], (tx) =>
      tx.meta.putMany([
        { key: 'one', value: 1 },
        { key: 'two', value: 2 },
      ]),
    );
    const rows = await state.read(['meta'], (tx) => tx.meta.getMany(['two', 'three', 'one']));
    expect(rows.map((row) => row?.value)).toEqual([2, undefined, 1]);
    expect(await state.read(['meta'], (tx) => tx.meta.count())).toBe(2);
  });

  it('writes all of a transaction or nothing', async () => {
    const state = await create();
    await state.write(['meta'], (tx) => tx.meta.put({ key: 'kept', value: 1 }));
    const failing = state.write(['meta', 'outbox'], async (tx) => {
      await tx.meta.put({ key: 'kept', value: 2 });
      await tx.meta.put({ key: 'new', value: 3 });
      await tx.outbox.put({ doc: doc('a'), bytes: null });
      throw new Error('half way');
    });
    await expect(failing).rejects.toThrow('half way');
    const rows = await state.read(['meta', 'outbox'], async (tx) => ({
      meta: await tx.meta.list(),
      outbox: await tx.outbox.count(),
    }));
    expect(rows).toEqual({ meta: [{ key: 'kept', value: 1 }], outbox: 0 });
  });

  it('replaces a row whose key is there, and forgets its old index', async () => {
    const state = await create();
    const element = 'x' as never;
    await state.write(['applied'], (tx) => tx.applied.put({ element, stated: 0 }));
    await state.write(['applied'], (tx) => tx.applied.put({ element, stated: 1 }));
    const rows = await state.read(['applied'], async (tx) => ({
      old: await tx.applied.where('stated', [0]),
      now: await tx.applied.where('stated', [1]),
    }));
    expect(rows).toEqual({ old: [], now: [{ element, stated: 1 }] });
  });

  it('runs writing transactions over the same table one after another', async () => {
    const state = await create();
    await state.write(['meta'], (tx) => tx.meta.put({ key: 'count', value: 0 }));
    const increments = Array.from({ length: 20 }, () =>
      state.write(['meta'], async (tx) => {
        const row = await tx.meta.get('count');
        await tx.meta.put({ key: 'count', value: (row?.value as number) + 1 });
      }),
    );
    await Promise.all(increments);
    expect((await state.read(['meta'], (tx) => tx.meta.get('count')))?.value).toBe(20);
  });
});
