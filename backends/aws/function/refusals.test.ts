/** Who and what is turned away: bad input, false tokens, other people. */

import { describe, expect, it } from 'vitest';
import { bodyKey, INLINE_BYTES } from '../protocol.ts';
import { memoryTable } from './memory/table.ts';
import type { ObjectTable } from './ports.ts';
import { falseTokens } from './testing/issuer.ts';
import { createWorld, failure, sha256 } from './testing/world.ts';

const hash = sha256('x');

/** Every route, asked for what Ann has. */
const ROUTES: readonly (readonly [method: string, path: string, body?: string])[] = [
  ['PUT', '/v1/objects/log/a', 'stolen'],
  ['PUT', '/v1/objects/log/new', 'new'],
  ['POST', '/v1/objects/files/film/register', JSON.stringify({ size: 6, sha256: sha256('a film') })],
  ['POST', '/v1/objects/files/copy/register', JSON.stringify({ size: 6, sha256: sha256('a film') })],
  ['GET', '/v1/objects/log/a'],
  ['GET', '/v1/objects/files/film'],
  ['GET', '/v1/changes/log'],
  ['GET', '/v1/changes/files'],
  ['POST', '/v1/delete', JSON.stringify({ names: ['log/a', 'files/film'] })],
  ['GET', '/v1/about'],
  ['POST', '/v1/ticket', '{}'],
  ['DELETE', '/v1/account'],
];

function broken(cause: Error): ObjectTable {
  const fail = async (): Promise<never> => {
    throw cause;
  };
  return { ...memoryTable(), increment: fail, list: fail };
}

async function worldOfAnn() {
  const table = memoryTable();
  const world = createWorld({ table });
  const ann = world.person('ann');
  await ann.put('log/a', 'her words');
  await ann.putLarge('files/film', 'a film');
  const hers = () => table.items().filter((item) => item.pk.startsWith('ann#'));
  return { world, ann, table, hers, before: hers() };
}

describe('Bad input', () => {
  const bad: readonly (readonly [
    what: string,
    method: string,
    path: string,
    init?: { body?: string; headers?: Record<string, string> },
  ])[] = [
    ['an area that there is not', 'PUT', '/v1/objects/attic/a'],
    ['a name with capitals', 'PUT', '/v1/objects/log/Note'],
    ['a name that climbs', 'GET', '/v1/objects/log/..%2f..%2fbob'],
    ['a name that would reach into another item', 'GET', '/v1/objects/log/a%23b'],
    ['a name with a space', 'GET', '/v1/objects/log/a%20b'],
    ['a name that is too long', 'PUT', `/v1/objects/log/${'a'.repeat(183)}`],
    ['a SHA-256 that is none', 'PUT', '/v1/objects/log/a', { headers: { 'satchel-sha256': 'ABC' } }],
    ['other bytes than were sent', 'PUT', '/v1/objects/log/a', { body: 'y', headers: { 'satchel-sha256': hash } }],
    ['a device that is no id', 'PUT', '/v1/objects/log/a', { headers: { 'satchel-device': 'a b' } }],
    ['a registration that is not JSON', 'POST', '/v1/objects/log/a/register', { body: '{' }],
    ['a registration that is a list', 'POST', '/v1/objects/log/a/register', { body: '[]' }],
    ['a registration that is nothing', 'POST', '/v1/objects/log/a/register', { body: '' }],
    ['a size below zero', 'POST', '/v1/objects/log/a/register', { body: JSON.stringify({ size: -1, sha256: hash }) }],
    ['half a byte', 'POST', '/v1/objects/log/a/register', { body: JSON.stringify({ size: 0.5, sha256: hash }) }],
    ['a size as text', 'POST', '/v1/objects/log/a/register', { body: JSON.stringify({ size: '1', sha256: hash }) }],
    [
      'a path for a hash',
      'POST',
      '/v1/objects/log/a/register',
      { body: JSON.stringify({ size: 1, sha256: '../bob' }) },
    ],
    ['a range of lines', 'GET', '/v1/objects/log/a', { headers: { range: 'lines=1-2' } }],
    ['the last bytes', 'GET', '/v1/objects/log/a', { headers: { range: 'bytes=-5' } }],
    ['two ranges', 'GET', '/v1/objects/log/a', { headers: { range: 'bytes=0-1,3-4' } }],
    ['a range that ends before it starts', 'GET', '/v1/objects/log/a', { headers: { range: 'bytes=5-4' } }],
    ['changes of an area that there is not', 'GET', '/v1/changes/attic'],
    ['a cursor that is none', 'GET', '/v1/changes/log?after=yesterday'],
    ['an empty cursor', 'GET', '/v1/changes/log?after='],
    ['a deletion without names', 'POST', '/v1/delete', { body: '{}' }],
    ['a deletion of what are no names', 'POST', '/v1/delete', { body: JSON.stringify({ names: ['log/a', 'x'] }) }],
    ['a deletion of numbers', 'POST', '/v1/delete', { body: JSON.stringify({ names: [1] }) }],
    ['too many names at once', 'POST', '/v1/delete', { body: JSON.stringify({ names: Array(101).fill('log/a') }) }],
    ['a ticket for a device that is no id', 'POST', '/v1/ticket', { body: JSON.stringify({ device: '../' }) }],
  ];

  for (const [what, method, path, init] of bad) {
    it(`is refused with a reason: ${what}`, async () => {
      const { world, ann, hers, before } = await worldOfAnn();
      const refused = await failure(await ann.fetch(method, path, init));
      expect(refused).toMatchObject({ status: 400, error: 'BadRequest' });
      expect(refused.message).toMatch(/\w{4,}/);
      expect(JSON.stringify(refused)).not.toMatch(/\bat .*:\d+/);
      expect(world.logged()).not.toContain('unforeseen');
      expect(hers().filter((item) => item.sk !== 'requests')).toEqual(before.filter((item) => item.sk !== 'requests'));
    });
  }

  it('takes a hundred names', async () => {
    const { ann } = await worldOfAnn();
    expect((await ann.delete(...Array<string>(100).fill('log/a'))).status).toBe(204);
  });

  it('refuses too much before it reads it, and too much JSON', async () => {
    const { ann } = await worldOfAnn();
    const long = { 'content-length': String(INLINE_BYTES + 1) };
    expect(await failure(await ann.fetch('PUT', '/v1/objects/log/b', { body: 'x', headers: long }))).toMatchObject({
      status: 413,
      error: 'TooLarge',
    });
    expect((await ann.fetch('POST', '/v1/delete', { body: `{"names":["${'x'.repeat(70_000)}"]}` })).status).toBe(413);
  });

  it('knows no other routes', async () => {
    const { ann } = await worldOfAnn();
    for (const path of ['/', '/v1', '/v2/about', '/v1/objects/log', '/v1/objects/log/a/b', '/v1/about/bob']) {
      expect(await failure(await ann.fetch('GET', path))).toMatchObject({ status: 404, error: 'NotFound' });
    }
  });
});

describe('A token', () => {
  for (const [what, token] of Object.entries(falseTokens('ann'))) {
    it(`${what} opens no route`, async () => {
      const { world, hers, before } = await worldOfAnn();
      for (const [method, path, body] of ROUTES) {
        const headers = { authorization: `Bearer ${token}` };
        const response = await world.fetch(path, { method, headers, ...(body === undefined ? {} : { body }) });
        expect(await failure(response)).toMatchObject({ status: 401, error: 'Unauthorized' });
      }
      expect(hers()).toEqual(before);
      expect(world.logged()).not.toContain(token || 'Bearer');
    });
  }

  it('is wanted, and of no other kind', async () => {
    const { world, ann } = await worldOfAnn();
    for (const [method, path, body] of ROUTES) {
      for (const authorization of [undefined, ann.token, `Basic ${ann.token}`, `Bearer ${ann.token} x`]) {
        const headers = authorization === undefined ? {} : { authorization };
        const response = await world.fetch(path, { method, headers, ...(body === undefined ? {} : { body }) });
        expect(response.status).toBe(401);
      }
    }
  });
});

describe('Another person', () => {
  it('finds and changes nothing of Ann’s on any route, under her names', async () => {
    const { world, ann, table, hers, before } = await worldOfAnn();
    const bob = world.person('bob');
    for (const [method, path, body] of ROUTES) {
      const response = await bob.fetch(method, path, body === undefined ? {} : { body });
      const text = await response.text();
      expect(text).not.toContain('her words');
      expect(text).not.toContain('ann');
      expect(response.headers.get('satchel-body')).toBeNull();
      expect(hers()).toEqual(before);
    }
    // Not even a body that he knows the hash of: it is looked for under his own prefix.
    expect(world.bodies.keys()).toEqual([bodyKey('ann', sha256('a film'))]);
    expect(await (await ann.get('log/a')).text()).toBe('her words');
    expect(
      table.items().every((item) => item.pk.startsWith('ann#') || !JSON.stringify(item).includes('her words')),
    ).toBe(true);
  });

  it('reads the same of his own, whether Ann has it or not', async () => {
    const { world } = await worldOfAnn();
    const bob = world.person('bob');
    const [known, unknown] = [await bob.get('log/a'), await bob.get('log/z')];
    expect([known.status, await known.text()]).toEqual([unknown.status, await unknown.text()]);
  });

  it('gets nowhere with Ann’s cursor', async () => {
    const { world, ann } = await worldOfAnn();
    const { cursor } = await ann.allChanges();
    const bob = world.person('bob');
    await bob.put('log/his', 'his');
    const refused = await bob.fetch('GET', `/v1/changes/log?after=${cursor}`);
    expect(await failure(refused)).toMatchObject({ status: 410, error: 'CursorExpired' });
  });

  it('can name Ann in no place that chooses what is read', async () => {
    const { world, hers, before } = await worldOfAnn();
    const bob = world.person('bob');
    const headers = { 'x-user': 'ann', 'satchel-device': 'ann', cookie: 'sub=ann' };
    for (const path of ['/v1/objects/log/a?sub=ann', '/v1/changes/log?sub=ann&accountId=ann', '/v1/about?sub=ann']) {
      expect(await (await bob.fetch('GET', path, { headers })).text()).not.toMatch(/her words|"log\/a"|ann@/);
    }
    expect(hers()).toEqual(before);
  });
});

describe('When something fails inside', () => {
  it('says so without a trace, and logs where, without what', async () => {
    const world = createWorld({ table: broken(new Error('secret of log/a')) });
    const refused = await failure(await world.person('ann').put('log/a', 'her words'));
    expect(refused).toEqual({ status: 500, error: 'Unavailable', message: 'Something went wrong here' });
    expect(world.logged()).toContain('unforeseen');
    expect(world.logged()).toContain('refusals.test.ts');
    expect(world.logged()).not.toMatch(/secret|her words|log\/a/);
  });

  it('asks for another try when the table is busy', async () => {
    const busy = Object.assign(new Error(), { name: 'ProvisionedThroughputExceededException' });
    const response = await createWorld({ table: broken(busy) })
      .person('ann')
      .put('log/a', 'a');
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await failure(response)).toMatchObject({ status: 503, error: 'Unavailable' });
  });
});

describe('The log', () => {
  it('has a line for each request, with no name, content, person or token in it', async () => {
    const { world, ann } = await worldOfAnn();
    for (const [method, path, body] of ROUTES) await ann.fetch(method, path, body === undefined ? {} : { body });
    await ann.put('log/a', 'other words');
    for (const secret of [
      ann.token,
      ann.token.split('.')[2] ?? '',
      'her words',
      '"ann',
      'log/a',
      'film',
      '@',
      'ticket=',
    ]) {
      expect(world.logged()).not.toContain(secret);
    }
    expect(world.logged()).toContain('PUT /v1/objects/:area/:name');
    expect(world.logged()).toContain('"failure":"Unauthorized"');
  });
});

describe('Other sites', () => {
  it('may call only if they are allowed, but any may read the public configuration', async () => {
    const { world } = await worldOfAnn();
    const allowed = async (origin: string, path = '/v1/about') => {
      const init = { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'GET' } };
      return (await world.fetch(path, init)).headers.get('access-control-allow-origin');
    };
    expect(await allowed('https://notes.example.org')).toBe('https://notes.example.org');
    expect(await allowed('https://evil.example.org')).toBeNull();
    expect(await allowed('https://evil.example.org', '/v1/config')).toBe('*');
    const config = await world.fetch('/v1/config');
    expect(config.status).toBe(200);
    expect(await config.json()).toEqual(world.cloud.config);
  });

  it('can read a refusal, too', async () => {
    const { world } = await worldOfAnn();
    const refused = await world.fetch('/v1/about', { headers: { origin: 'https://notes.example.org' } });
    expect(refused.status).toBe(401);
    expect(refused.headers.get('access-control-allow-origin')).toBe('https://notes.example.org');
  });
});
