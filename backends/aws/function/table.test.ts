import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoTable } from './adapters/dynamodb.ts';
import { memoryTable } from './memory/table.ts';
import type { Capacity } from './observe.ts';
import type { ObjectTable } from './ports.ts';
import { startDynalite, type TestDynamo } from './testing/dynalite.ts';

const key = { pk: 'p', sk: 's' };

describe('The table in memory', () => {
  obligations(async () => memoryTable());
});

describe('The table in DynamoDB', () => {
  let dynamo: TestDynamo;
  beforeAll(async () => {
    dynamo = await startDynalite();
  });
  afterAll(() => dynamo.close());
  obligations(async () => dynamoTable(dynamo.client, await dynamo.table(), () => {}));

  it('tells what each call cost', async () => {
    let spent: Capacity[] = [];
    const table = dynamoTable(dynamo.client, await dynamo.table(), (units) => void spent.push(units));
    const item = { ...key, bytes: new Uint8Array(3000) };
    const cost = async (call: () => Promise<unknown>): Promise<Capacity[]> => {
      spent = [];
      await call();
      return spent;
    };
    expect(await cost(() => table.add(item))).toEqual([{ read: 0, write: 3 }]);
    expect(await cost(() => table.add(item))).toContainEqual({ read: 0, write: 1 });
    expect(await cost(() => table.get(key))).toEqual([{ read: 1, write: 0 }]);
    expect(await cost(() => table.get(key, { stale: true }))).toEqual([{ read: 0.5, write: 0 }]);
  });

  it('gives a page of at most a megabyte, and says that there is more', async () => {
    const table = dynamoTable(dynamo.client, await dynamo.table(), () => {});
    for (const sk of ['a', 'b', 'c', 'd']) await table.put({ pk: 'p', sk, bytes: new Uint8Array(350_000) });
    const page = await table.list('p', { from: 'a', to: 'z', limit: 100 });
    expect(page.more).toBe(true);
    expect(page.items.length).toBeLessThan(4);
  });
});

function obligations(open: () => Promise<ObjectTable>): void {
  it('adds where nothing is, and leaves what is there', async () => {
    const table = await open();
    expect(await table.add({ ...key, who: 'first' })).toBe(true);
    expect(await table.add({ ...key, who: 'second' })).toBe(false);
    expect(await table.get(key)).toEqual({ ...key, who: 'first' });
  });

  it('lets one of many add', async () => {
    const table = await open();
    const added = await Promise.all(Array.from({ length: 16 }, (_, who) => table.add({ ...key, who })));
    expect(added.filter(Boolean)).toHaveLength(1);
  });

  it('gives texts, numbers and bytes as they were put, also empty ones', async () => {
    const table = await open();
    const item = {
      ...key,
      text: 'déjà',
      none: '',
      number: 1234567890123,
      zero: 0,
      bytes: Uint8Array.of(0, 255),
      empty: new Uint8Array(0),
    };
    await table.put(item);
    const got = await table.get(key);
    expect(got).toEqual(item);
    expect(got?.['bytes']).toBeInstanceOf(Uint8Array);
  });

  it('replaces with put', async () => {
    const table = await open();
    await table.put({ ...key, a: 1 });
    await table.put({ ...key, b: 2 });
    expect(await table.get(key)).toEqual({ ...key, b: 2 });
  });

  it('changes what has the fields, and nothing else', async () => {
    const table = await open();
    expect(await table.change(key, { set: { state: 'there' } }, {})).toBe(false);
    expect(await table.get(key)).toBeUndefined();
    await table.put({ ...key, name: 'n', state: 'putting', seq: 0, closed: 1 });
    expect(await table.change(key, { set: { state: 'there' } }, { state: 'deleting' })).toBe(false);
    expect(await table.change(key, { set: { state: 'there' } }, { state: 'putting', seq: 1 })).toBe(false);
    expect(
      await table.change(key, { set: { state: 'there', seq: 4 }, drop: ['closed'] }, { state: 'putting', seq: 0 }),
    ).toBe(true);
    expect(await table.get(key)).toEqual({ ...key, name: 'n', state: 'there', seq: 4 });
  });

  it('removes what has the fields, and minds nothing that is missing', async () => {
    const table = await open();
    await table.put({ ...key, id: 'a' });
    await table.remove(key, { id: 'b' });
    expect(await table.get(key)).toEqual({ ...key, id: 'a' });
    await table.remove(key, { id: 'a' });
    expect(await table.get(key)).toBeUndefined();
    await table.remove(key, { id: 'a' });
    await table.remove(key);
  });

  it('gives what is taken to one only', async () => {
    const table = await open();
    await table.put({ ...key, sub: 'ann' });
    const taken = await Promise.all([table.take(key), table.take(key), table.take(key)]);
    expect(taken.filter((item) => item !== undefined)).toEqual([{ ...key, sub: 'ann' }]);
  });

  it('lists a slice of one partition in order, from either end, with its ends', async () => {
    const table = await open();
    for (const sk of ['c', 'a', 'd', 'b', 'e']) await table.put({ pk: 'p', sk });
    await table.put({ pk: 'q', sk: 'b' });
    const keys = async (slice: Parameters<ObjectTable['list']>[1]): Promise<string> =>
      (await table.list('p', slice)).items.map((item) => item.sk).join('');
    expect(await keys({ from: 'b', to: 'd', limit: 9 })).toBe('bcd');
    expect(await keys({ from: 'a', to: 'z', limit: 2 })).toBe('ab');
    expect(await keys({ from: 'a', to: 'z', limit: 2, newestFirst: true })).toBe('ed');
    expect((await table.list('p', { from: 'a', to: 'z', limit: 2 })).more).toBe(true);
    expect((await table.list('p', { from: 'a', to: 'z', limit: 9 })).more).toBe(false);
    expect(await table.list('nobody', { from: 'a', to: 'z', limit: 9 })).toEqual({ items: [], more: false });
  });

  it('counts where it may, each once', async () => {
    const table = await open();
    expect(await table.increment(key, { minute: 1 }, ['closed'])).toBeUndefined();
    await table.put({ ...key, minute: 1, count: 5 });
    const sums = await Promise.all(Array.from({ length: 8 }, () => table.increment(key, { minute: 1 }, ['closed'])));
    expect(new Set(sums)).toEqual(new Set([6, 7, 8, 9, 10, 11, 12, 13]));
    expect(await table.increment(key, { minute: 2 }, ['closed'])).toBeUndefined();
    await table.put({ ...key, minute: 1, count: 5, closed: 1 });
    expect(await table.increment(key, { minute: 1 }, ['closed'])).toBeUndefined();
  });
}
