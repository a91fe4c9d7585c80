import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_OBJECT_BYTES } from '../../storage.ts';
import { bodyKey, INLINE_BYTES } from '../protocol.ts';
import { dynamoTable } from './adapters/dynamodb.ts';
import { memoryTable } from './memory/table.ts';
import type { Item, ObjectTable } from './ports.ts';
import { startDynalite, type TestDynamo } from './testing/dynalite.ts';
import { applied, createWorld, failure, type Person, sha256 } from './testing/world.ts';

const DAY = 86_400_000;

describe('The function over a table in memory', () => {
  contract(async () => memoryTable());
});

describe('The function over pages of two items', () => {
  contract(async () => memoryTable({ pageSize: 2 }));
});

describe('The function over DynamoDB', () => {
  let dynamo: TestDynamo;
  beforeAll(async () => {
    dynamo = await startDynalite();
  });
  afterAll(() => dynamo.close());
  contract(async () => dynamoTable(dynamo.client, await dynamo.table(), () => {}));
});

function contract(openTable: () => Promise<ObjectTable>): void {
  const open = async (options: Parameters<typeof createWorld>[0] = {}) => {
    const world = createWorld({ table: await openTable(), ...options });
    return { world, ann: world.person('ann') };
  };

  describe('putting and getting', () => {
    it('gives back what was put, with its SHA-256', async () => {
      const { ann } = await open();
      expect((await ann.put('log/a', 'hello')).status).toBe(201);
      const response = await ann.get('log/a');
      expect(response.status).toBe(200);
      expect(response.headers.get('satchel-sha256')).toBe(sha256('hello'));
      expect(await response.text()).toBe('hello');
    });

    it('takes every byte as it is, and an object without bytes', async () => {
      const { ann } = await open();
      const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
      await ann.put('log/bytes', bytes);
      await ann.put('log/none', '');
      expect(new Uint8Array(await (await ann.get('log/bytes')).arrayBuffer())).toEqual(bytes);
      expect((await (await ann.get('log/none')).arrayBuffer()).byteLength).toBe(0);
    });

    it('holds the largest object that goes into the table', async () => {
      const { ann } = await open();
      const bytes = new Uint8Array(INLINE_BYTES).fill(7);
      expect((await ann.put('files/large', bytes)).status).toBe(201);
      expect((await (await ann.get('files/large')).arrayBuffer()).byteLength).toBe(INLINE_BYTES);
      const refused = await failure(await ann.put('files/larger', new Uint8Array(INLINE_BYTES + 1)));
      expect(refused).toMatchObject({ status: 413, error: 'TooLarge' });
      expect((await ann.get('files/larger')).status).toBe(404);
    });

    it('takes the same bytes again for a success that changes nothing', async () => {
      const { world, ann } = await open();
      await ann.put('log/a', 'hello');
      const before = await ann.allChanges();
      world.advance(DAY);
      expect((await ann.put('log/a', 'hello')).status).toBe(200);
      expect((await ann.allChanges()).events).toEqual(before.events);
    });

    it('keeps the first bytes of a name', async () => {
      const { ann } = await open();
      await ann.put('log/a', 'first');
      expect(await failure(await ann.put('log/a', 'other'))).toMatchObject({ status: 409, error: 'Taken' });
      expect(await (await ann.get('log/a')).text()).toBe('first');
      expect((await ann.allChanges()).events).toHaveLength(1);
    });

    it('keeps the areas apart', async () => {
      const { ann } = await open();
      await ann.put('log/a', 'in the log');
      expect((await ann.get('files/a')).status).toBe(404);
      await ann.put('files/a', 'a file');
      expect(await (await ann.get('log/a')).text()).toBe('in the log');
      expect(await ann.names('files')).toEqual(['files/a']);
    });

    it('gives the part that was asked for', async () => {
      const { ann } = await open();
      await ann.put('log/a', '0123456789');
      const part = (range: string) => ann.fetch('GET', '/v1/objects/log/a', { headers: { range } });
      const middle = await part('bytes=2-4');
      expect([middle.status, middle.headers.get('content-range'), await middle.text()]).toEqual([
        206,
        'bytes 2-4/10',
        '234',
      ]);
      expect(await (await part('bytes=7-')).text()).toBe('789');
      expect(await (await part('bytes=8-99')).text()).toBe('89');
      const beyond = await part('bytes=10-12');
      expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */10']);
    });

    it('takes one of two contents that are put at once', async () => {
      const { ann } = await open();
      const put = await Promise.all(['one', 'two', 'three'].map((content) => ann.put('log/a', content)));
      const made = put.filter((response) => response.status === 201);
      expect(made).toHaveLength(1);
      // The others came too late, or while it was being written.
      for (const response of put) expect([201, 409, 503]).toContain(response.status);
      const winner = ['one', 'two', 'three'][put.findIndex((response) => response.status === 201)];
      expect(await (await ann.get('log/a')).text()).toBe(winner);
    });
  });

  describe('large bodies', () => {
    it('registers what was uploaded, and says where to fetch it', async () => {
      const { ann } = await open();
      expect((await ann.putLarge('files/film', 'a film')).status).toBe(201);
      const response = await ann.get('files/film');
      expect(response.status).toBe(200);
      expect(response.headers.get('satchel-body')).toBe(`6 ${sha256('a film')}`);
      expect(await response.text()).toBe('');
      expect((await ann.allChanges('files')).events).toMatchObject([{ kind: 'added', name: 'files/film', size: 6 }]);
    });

    it('answers a second registration as a second put', async () => {
      const { ann } = await open();
      await ann.putLarge('files/film', 'a film');
      expect((await ann.putLarge('files/film', 'a film')).status).toBe(200);
      expect(await failure(await ann.putLarge('files/film', 'another'))).toMatchObject({ status: 409, error: 'Taken' });
    });

    it('refuses what was not uploaded, or otherwise, and takes it once it is there', async () => {
      const { world, ann } = await open();
      const body = { size: 6, sha256: sha256('a film') };
      const key = bodyKey('ann', body.sha256);
      const register = async () => failure(await ann.register('files/film', body));
      expect(await register()).toMatchObject({ status: 404, error: 'NoBody' });
      world.bodies.upload(key, { size: 5, sha256: body.sha256 });
      expect(await register()).toMatchObject({ status: 404, error: 'NoBody' });
      world.bodies.upload(key, { size: 6 });
      expect(await register()).toMatchObject({ status: 404, error: 'NoBody' });
      world.bodies.upload(key, { size: 6, sha256: sha256('a lie!') });
      expect(await register()).toMatchObject({ status: 404, error: 'NoBody' });
      expect((await ann.allChanges('files')).events).toEqual([]);
      expect((await ann.get('files/film')).status).toBe(404);
      world.bodies.upload(key, body);
      expect((await ann.register('files/film', body)).status).toBe(201);
      expect(await ann.names('files')).toEqual(['files/film']);
    });

    it('goes up to the bound of an object', async () => {
      const { world, ann } = await open();
      const body = { size: MAX_OBJECT_BYTES, sha256: sha256('so large') };
      world.bodies.upload(bodyKey('ann', body.sha256), body);
      expect((await ann.register('files/most', body)).status).toBe(201);
      const refused = await ann.register('files/more', { ...body, size: MAX_OBJECT_BYTES + 1 });
      expect(await failure(refused)).toMatchObject({ status: 413, error: 'TooLarge' });
    });

    it('removes a body with the last name that has it', async () => {
      const { world, ann } = await open();
      await ann.putLarge('files/one', 'a film');
      await ann.putLarge('files/two', 'a film');
      await ann.delete('files/one');
      expect(world.bodies.keys()).toHaveLength(1);
      expect((await ann.get('files/two')).headers.get('satchel-body')).not.toBeNull();
      await ann.delete('files/two');
      expect(world.bodies.keys()).toEqual([]);
    });
  });

  describe('changes', () => {
    it('tells what came and went, in order, with sizes and times', async () => {
      const { world, ann } = await open();
      await ann.put('log/a', 'aaa');
      world.advance(1000);
      await ann.put('log/b', 'b');
      const first = await ann.allChanges();
      expect(first.events).toEqual([
        { kind: 'added', name: 'log/a', size: 3, time: world.cloud.now() - 1000 },
        { kind: 'added', name: 'log/b', size: 1, time: world.cloud.now() },
      ]);
      await ann.delete('log/a');
      await ann.put('log/c', 'c');
      const second = await ann.allChanges('log', first.cursor);
      expect(second.events).toMatchObject([
        { kind: 'removed', name: 'log/a' },
        { kind: 'added', name: 'log/c' },
      ]);
      expect((await ann.allChanges('log', second.cursor)).events).toEqual([]);
    });

    it('has a cursor for a place where nothing is yet', async () => {
      const { ann } = await open();
      const { cursor } = await ann.allChanges();
      await ann.put('log/a', 'a');
      expect(applied((await ann.allChanges('log', cursor)).events)).toEqual(['log/a']);
    });

    it('leads a slow reader to the right end, whatever happens between two pages', async () => {
      const { ann } = await open();
      for (const name of ['a', 'b', 'c', 'd', 'e']) await ann.put(`log/${name}`, name);
      const slow = await ann.changes();
      await ann.delete('log/a', 'log/e');
      await ann.put('log/f', 'f');
      await ann.put('log/a', 'again');
      const rest = slow.more ? await ann.allChanges('log', slow.cursor) : await ann.allChanges('log', slow.cursor);
      expect(applied([...slow.events, ...rest.events])).toEqual(['log/a', 'log/b', 'log/c', 'log/d', 'log/f']);
    });

    it('is gapless under sixteen writers at once', async () => {
      const { world, ann } = await open();
      const names = Array.from({ length: 48 }, (_, n) => `log/n${String(n).padStart(2, '0')}`);
      const writers = Array.from({ length: 16 }, async (_, writer) => {
        for (const name of names.filter((_name, n) => n % 16 === writer)) {
          expect((await ann.put(name, name)).status).toBe(201);
        }
      });
      const seen: string[] = [];
      let cursor: string | undefined;
      const read = async () => {
        const page = await ann.allChanges('log', cursor);
        cursor = page.cursor;
        seen.push(...page.events.map((event) => event.name));
      };
      const reader = async () => {
        while (seen.length < names.length) {
          await read();
          await setImmediate();
        }
      };
      await Promise.all([...writers, reader()]);
      // Each once, also for the reader who looked in between.
      expect(seen.toSorted()).toEqual(names);
      const records = await everything(world.table, 'ann#log', 'log#');
      expect(records.map((item) => item['seq'])).toEqual(names.map((_, n) => n + 1));
    });

    it('expires a cursor after sixty days, and not before', async () => {
      const { world, ann } = await open();
      await ann.put('log/a', 'a');
      const { cursor } = await ann.allChanges();
      world.advance(60 * DAY);
      const { cursor: renewed } = await ann.allChanges('log', cursor);
      world.advance(60 * DAY);
      await ann.allChanges('log', renewed);
      const refused = await ann.fetch('GET', `/v1/changes/log?after=${cursor}`);
      expect(await failure(refused)).toMatchObject({ status: 410, error: 'CursorExpired' });
    });

    it('forgets removals after ninety days, but never the newest record, and tells all to a reader of fifty-nine days', async () => {
      const { world, ann } = await open();
      for (const name of ['a', 'b', 'c', 'd']) await ann.put(`log/${name}`, name);
      const early = await ann.allChanges();
      await ann.delete('log/a');
      await ann.delete('log/b', 'log/c');
      const records = async () => (await everything(world.table, 'ann#log', 'log#')).length;
      world.advance(59 * DAY);
      await ann.put('log/e', 'e');
      await ann.delete('log/e');
      expect(applied((await ann.allChanges('log', early.cursor)).events, applied(early.events))).toEqual(['log/d']);
      const before = await records();
      world.advance(32 * DAY);
      await ann.delete('log/nothing');
      expect(await records()).toBeLessThan(before);
      expect(await ann.names()).toEqual(['log/d']);
      // A number is never given twice.
      world.advance(400 * DAY);
      const { cursor } = await ann.allChanges();
      await ann.delete('log/nothing');
      await ann.put('log/f', 'f');
      expect(applied((await ann.allChanges('log', cursor)).events)).toEqual(['log/f']);
      expect(await ann.names()).toEqual(['log/d', 'log/f']);
    });
  });

  describe('deleting', () => {
    it('removes names, minds none that is missing, and lets them be put again', async () => {
      const { ann } = await open();
      await ann.put('log/a', 'first');
      await ann.put('files/b', 'b');
      expect((await ann.delete('log/a', 'files/b', 'log/missing', 'log/a')).status).toBe(204);
      expect((await ann.get('log/a')).status).toBe(404);
      expect(await ann.names()).toEqual([]);
      expect((await ann.put('log/a', 'second')).status).toBe(201);
      expect(await (await ann.get('log/a')).text()).toBe('second');
      expect(await ann.names()).toEqual(['log/a']);
    });

    it('takes many names at once, and leaves nothing of them but what readers have to hear', async () => {
      const { world, ann } = await open();
      const names = Array.from({ length: 30 }, (_, n) => `log/n${n}`);
      for (const name of names) await ann.put(name, name);
      expect((await ann.delete(...names)).status).toBe(204);
      expect(await ann.names()).toEqual([]);
      expect(await everything(world.table, 'ann#log', 'body#')).toEqual([]);
      expect(await everything(world.table, 'ann#log', 'name#')).toEqual([]);
    });

    it('ends the same when several devices delete the same', async () => {
      const { ann } = await open();
      for (const name of ['a', 'b', 'c']) await ann.put(`log/${name}`, name);
      const { cursor } = await ann.allChanges();
      const all = await Promise.all([1, 2, 3, 4].map(() => ann.delete('log/a', 'log/b', 'log/c')));
      expect(all.map((response) => response.status)).toEqual([204, 204, 204, 204]);
      const { events } = await ann.allChanges('log', cursor);
      expect(events.map((event) => `${event.kind} ${event.name}`).sort()).toEqual([
        'removed log/a',
        'removed log/b',
        'removed log/c',
      ]);
    });
  });

  describe('limits', () => {
    it('counts what is there, in both areas, and tells it', async () => {
      const { ann } = await open({ limits: { bytes: 100 } });
      await ann.put('log/a', '12345');
      await ann.put('log/a', '12345');
      await ann.put('files/b', '123');
      await ann.putLarge('files/c', '1234567');
      expect(await (await ann.fetch('GET', '/v1/about')).json()).toEqual({
        accountId: 'ann',
        label: 'ann@example.org',
        used: 15,
        quota: 100,
      });
      await ann.delete('log/a');
      await ann.delete('log/a', 'files/c');
      expect(await used(ann)).toBe(3);
    });

    it('refuses more bytes than a person may have, but never what is there already', async () => {
      const { ann } = await open({ limits: { bytes: 10 } });
      await ann.put('log/a', '123456');
      expect(await failure(await ann.put('files/b', '12345'))).toMatchObject({ status: 507, error: 'QuotaExceeded' });
      expect(await failure(await ann.putLarge('files/c', '12345'))).toMatchObject({ status: 507 });
      expect((await ann.put('log/a', '123456')).status).toBe(200);
      expect((await ann.put('log/a', 'others')).status).toBe(409);
      expect((await ann.put('files/b', '1234')).status).toBe(201);
      await ann.delete('log/a');
      expect((await ann.put('files/c', '12345')).status).toBe(201);
    });

    it('refuses more objects than a person may have', async () => {
      const { ann } = await open({ limits: { objects: 2 } });
      await ann.put('log/a', '');
      await ann.put('files/b', '');
      expect(await failure(await ann.put('log/c', ''))).toMatchObject({ status: 507, error: 'QuotaExceeded' });
      await ann.delete('log/a');
      expect((await ann.put('log/c', '')).status).toBe(201);
    });

    it('refuses more requests in a minute, says how long to wait, and then lets them in', async () => {
      const { world, ann } = await open({ limits: { requestsPerMinute: 3 } });
      for (const name of ['a', 'b', 'c']) expect((await ann.put(`log/${name}`, name)).status).toBe(201);
      const refused = await ann.put('log/d', 'd');
      // The world begins nine seconds past the minute.
      expect(refused.headers.get('retry-after')).toBe('51');
      expect(await failure(refused)).toMatchObject({ status: 429, error: 'RateLimited' });
      expect((await world.person('bob').put('log/d', 'd')).status).toBe(201);
      for (let n = 0; n < 3; n++) await ann.get('log/a');
      expect((await ann.get('log/a')).status).toBe(429);
      world.advance(51_000);
      expect((await ann.put('log/d', 'd')).status).toBe(201);
      expect((await ann.get('log/a')).status).toBe(200);
    });
  });

  describe('leaving', () => {
    it('removes all that the person had, closes the account, and leaves others alone', async () => {
      const { world, ann } = await open({ pageSize: 2 });
      const bob = world.person('bob');
      await bob.put('log/his', 'his');
      await bob.putLarge('files/his', 'his film');
      for (let n = 0; n < 5; n++) await ann.putLarge(`files/f${n}`, `film ${n}`);
      for (let n = 0; n < 5; n++) await ann.put(`log/n${n}`, `note ${n}`);
      await ann.delete('log/n0');
      expect(await (await ann.fetch('DELETE', '/v1/account')).json()).toEqual({ more: false });
      for (const area of ['ann#log', 'ann#files', 'ann#bodies']) {
        expect((await world.table.list(area, { from: ' ', to: '~', limit: 10 })).items).toEqual([]);
      }
      expect(world.bodies.keys()).toEqual([bodyKey('bob', sha256('his film'))]);
      expect(await failure(await ann.put('log/again', ''))).toMatchObject({ status: 401, error: 'Unauthorized' });
      expect((await ann.fetch('DELETE', '/v1/account')).status).toBe(200);
      expect(await (await bob.get('log/his')).text()).toBe('his');
    });

    it('lets a person who stayed after all begin anew, with no cursor of before', async () => {
      const { world, ann } = await open();
      await ann.put('log/a', 'a');
      const { cursor } = await ann.allChanges();
      await ann.fetch('DELETE', '/v1/account');
      world.advance(2 * DAY);
      for (const name of ['b', 'c']) expect((await ann.put(`log/${name}`, name)).status).toBe(201);
      const refused = await ann.fetch('GET', `/v1/changes/log?after=${cursor}`);
      expect(await failure(refused)).toMatchObject({ status: 410, error: 'CursorExpired' });
      expect(await ann.names()).toEqual(['log/b', 'log/c']);
    });
  });
}

async function used(person: Person): Promise<number> {
  const response = await person.fetch('GET', '/v1/about');
  return ((await response.json()) as { used: number }).used;
}

/** All items of the partition that begin so. */
async function everything(table: ObjectTable, pk: string, prefix: string): Promise<readonly Item[]> {
  const all: Item[] = [];
  for (let from = prefix; ; ) {
    const { items, more } = await table.list(pk, { from, to: `${prefix}~`, limit: 100 });
    all.push(...items);
    if (!more) return all;
    from = `${items.at(-1)?.sk ?? from}!`;
  }
}
