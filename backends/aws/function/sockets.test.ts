import { describe, expect, it } from 'vitest';
import { createApp } from './http.ts';
import { memoryTable } from './memory/table.ts';
import { closeSocket, openSocket } from './sockets.ts';
import { createWorld, failure, type Person } from './testing/world.ts';

async function ticket(person: Person, device?: string): Promise<string> {
  const response = await person.fetch('POST', '/v1/ticket', { body: JSON.stringify({ device }) });
  const address = new URL(((await response.json()) as { address: string }).address);
  expect(`${address.origin}${address.pathname}`).toBe('wss://sockets.example.org/live');
  return address.searchParams.get('ticket') ?? '';
}

async function connect(world: Live, person: Person, connection: string, device?: string): Promise<boolean> {
  return openSocket(world, await ticket(person, device), connection);
}

type Live = ReturnType<typeof open>['world'];

function open() {
  const table = memoryTable();
  const created = createWorld({ table });
  const world = { ...created, ...created.cloud, table };
  return { world, ann: world.person('ann'), bob: world.person('bob') };
}

describe('A ticket', () => {
  it('opens one socket, once', async () => {
    const { world, ann } = open();
    const one = await ticket(ann);
    const opened = await Promise.all(['c1', 'c2', 'c3'].map((connection) => openSocket(world, one, connection)));
    expect(opened.filter(Boolean)).toHaveLength(1);
  });

  it('is good for a minute', async () => {
    const { world, ann } = open();
    const [early, late] = [await ticket(ann), await ticket(ann)];
    world.advance(60_000);
    expect(await openSocket(world, early, 'c1')).toBe(true);
    world.advance(1);
    expect(await openSocket(world, late, 'c2')).toBe(false);
  });

  it('can’t be made up, nor read from the table', async () => {
    const { world, ann } = open();
    const good = await ticket(ann);
    expect(await openSocket(world, '', 'c1')).toBe(false);
    expect(await openSocket(world, `${good}x`, 'c1')).toBe(false);
    expect(JSON.stringify(world.table.items())).not.toContain(`"${good}"`);
  });

  it('is refused in words where the cloud has no sockets', async () => {
    const { world } = open();
    const app = createApp({ ...world.cloud, sockets: undefined });
    const headers = { authorization: `Bearer ${world.person('ann').token}` };
    const response = await app.request('/v1/ticket', { method: 'POST', headers });
    expect(await failure(response)).toMatchObject({ status: 404, error: 'NotFound' });
  });
});

describe('An open socket', () => {
  it('hears which area to look at, after each push and deletion of its person, and of nobody else', async () => {
    const { world, ann, bob } = open();
    await connect(world, ann, 'hers');
    await connect(world, bob, 'his');
    await ann.put('log/a', 'a');
    await ann.putLarge('files/b', 'b');
    await ann.delete('log/a');
    expect(world.sent).toEqual([
      { connection: 'hers', text: '{"changed":"log"}' },
      { connection: 'hers', text: '{"changed":"files"}' },
      { connection: 'hers', text: '{"changed":"log"}' },
    ]);
  });

  it('hears nothing when nothing changed', async () => {
    const { world, ann } = open();
    await ann.put('log/a', 'a');
    await connect(world, ann, 'hers');
    await ann.put('log/a', 'a');
    await ann.put('log/a', 'other');
    await ann.delete('log/missing');
    await ann.get('log/a');
    expect(world.sent).toEqual([]);
  });

  it('hears of other devices, not of its own', async () => {
    const { world, ann } = open();
    await connect(world, ann, 'phone', 'phone');
    await connect(world, ann, 'laptop', 'laptop');
    await ann.fetch('PUT', '/v1/objects/log/a', { body: 'a', headers: { 'satchel-device': 'phone' } });
    expect(world.sent.map(({ connection }) => connection)).toEqual(['laptop']);
  });

  it('is forgotten when it closes, and when it turns out to be closed', async () => {
    const { world, ann } = open();
    await connect(world, ann, 'one');
    await connect(world, ann, 'two');
    await closeSocket(world, 'one');
    await closeSocket(world, 'one');
    world.gone.add('two');
    expect((await ann.put('log/a', 'a')).status).toBe(201);
    expect(world.sent).toEqual([]);
    expect(world.table.items().filter((item) => /socket#|connection#/.test(item.pk + item.sk))).toEqual([]);
  });

  it('gives way to a newer one when there are too many', async () => {
    const { world, ann } = open();
    for (let n = 0; n < 32; n++) {
      await connect(world, ann, `c${n}`);
      world.advance(1000);
    }
    await ann.put('log/a', 'a');
    const told = world.sent.map(({ connection }) => connection);
    expect(told).toHaveLength(30);
    expect(told).not.toContain('c0');
    expect(told).toContain('c31');
  });
});

describe('A push', () => {
  it('succeeds though a device can’t be told', async () => {
    const { world, ann } = open();
    await connect(world, ann, 'hers');
    const sockets = { address: 'wss://x.example.org', sockets: { send: () => Promise.reject(new Error('away')) } };
    const app = createApp({ ...world.cloud, openTable: () => world.table, sockets });
    const headers = { authorization: `Bearer ${ann.token}` };
    const response = await app.request('/v1/objects/log/a', { method: 'PUT', headers, body: 'a' });
    expect(response.status).toBe(201);
    expect(world.logged()).toContain('not-told');
  });
});
