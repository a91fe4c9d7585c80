import { describe, expect, it } from 'vitest';
import { changesAfter } from './changes.ts';
import { append, type Happening } from './log.ts';
import { memoryTable } from './memory/table.ts';
import { createWorld, failure } from './testing/world.ts';

const DAY = 86_400_000;

function open() {
  const table = memoryTable();
  const deps = { ...createWorld().cloud, table };
  const write = async (...happenings: readonly Happening[]) => (await append(deps, 'p', happenings)).logged;
  const kinds = () => table.items().map((item) => `${String(item['seq'])} ${String(item['kind'])}`);
  return { table, write, kinds };
}

const life = (kind: Happening['kind'], more: Partial<Happening> = {}): Happening => ({
  kind,
  name: 'a',
  id: 'life',
  size: 3,
  counted: false,
  from: 0,
  ...more,
});

describe('A log', () => {
  it('has each beginning and each end once, however often they are written', async () => {
    const { write, kinds, table } = open();
    for (let tries = 0; tries < 3; tries++) await write(life('added'));
    for (let tries = 0; tries < 3; tries++) await write(life('removed'));
    expect(kinds()).toEqual(['1 added', '2 removed']);
    expect(table.items().at(-1)).toMatchObject({ bytes: 0, objects: 0 });
  });

  it('doesn’t let a life begin after its end', async () => {
    const { write, kinds, table } = open();
    await write(life('removed'));
    const logged = await write(life('added'));
    expect(logged.get('life')).toMatchObject({ superseded: true });
    expect(kinds()).toEqual(['1 removed']);
    expect(table.items().at(-1)).toMatchObject({ bytes: 0, objects: 0 });
  });

  it('doesn’t end a life that began, when only what never came was to be given up', async () => {
    const { write, kinds } = open();
    await write(life('added'));
    const logged = await write(life('removed', { unlessAdded: true }));
    expect(logged.get('life')).toMatchObject({ superseded: true, seq: 1 });
    expect(kinds()).toEqual(['1 added']);
  });

  it('counts an end by its beginning, seen in the log or known', async () => {
    const { write, table } = open();
    await write(life('added'), life('added', { id: 'other', name: 'b', size: 5 }));
    await write(life('removed', { from: 2, counted: true }));
    expect(table.items().at(-1)).toMatchObject({ seq: 3, bytes: 5, objects: 1 });
  });

  it('is over for who began before the account was deleted', async () => {
    const { write } = open();
    await expect(write(life('added', { from: 4 }))).rejects.toMatchObject({ kind: 'Unauthorized' });
  });
});

describe('A reader who stops halfway', () => {
  it('has to start again sixty days after it began, not after its last page', async () => {
    const world = createWorld({ table: memoryTable({ pageSize: 2 }) });
    const ann = world.person('ann');
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await ann.put(`log/${name}`, name);
    const first = await ann.changes();
    world.advance(59 * DAY);
    const second = await ann.changes('log', first.cursor);
    expect(second.more).toBe(true);
    world.advance(2 * DAY);
    const refused = await ann.fetch('GET', `/v1/changes/log?after=${second.cursor}`);
    expect(await failure(refused)).toMatchObject({ status: 410, error: 'CursorExpired' });
  });
});

describe('A cursor', () => {
  it('of before a backup was restored is expired, when the deployment says so', async () => {
    const table = memoryTable();
    const world = createWorld({ table });
    const ann = world.person('ann');
    await ann.put('log/a', 'a');
    const { cursor } = await ann.changes();
    const restored = { table, now: world.cloud.now, epoch: 'restored-2031-05-07' };
    await expect(changesAfter(restored, 'ann', 'log', cursor)).rejects.toMatchObject({ kind: 'CursorExpired' });
    const page = await changesAfter(restored, 'ann', 'log', undefined);
    expect((await changesAfter(restored, 'ann', 'log', page.cursor)).events).toEqual([]);
  });
});
