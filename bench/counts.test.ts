import { beforeAll, describe, expect, test } from 'vitest';
import { FIRST_SCREEN, since, total } from './connection.ts';
import { dropboxServer, measureRequests, memoryServer, type Requests } from './requests.ts';
import { measureStored } from './stored.ts';

const SIZE = { seed: 1, count: 1000 };

describe.each([
  ['memory', memoryServer, { about: 1, first: 1 }],
  ['the Dropbox stand-in', dropboxServer, { about: 2, first: 2 }],
])('a vault of a thousand notes on %s', (_, serve, cost) => {
  let requests: Requests;
  beforeAll(async () => {
    const server = await serve();
    requests = await measureRequests(server, SIZE);
    await server.close();
  }, 60_000);

  test('is made in two looks, two slots that are read back, and another look', () => {
    // An empty Dropbox has no folder yet, and is asked for it again once it has one.
    expect(total(requests.connecting)).toBe(cost.about + 4 + 2 + cost.first);
  });
  test('is pushed in one object, after asking whose account it is and what is there', () => {
    expect(total(requests.firstPush)).toBe(cost.about + 2);
  });
  // Of two slots of the same second nothing tells which is the passphrase's; the other one is fetched later otherwise.
  test('is joined by one listing and one key slot, or two', () => {
    const slots = total(requests.joining) - cost.about - cost.first;
    expect([1, 2]).toContain(slots);
    expect(total(requests.firstPull)).toBe(cost.about + 1 + 2 + (2 - slots));
  });
  test(`shows the ${FIRST_SCREEN} newest notes after one request for notes, of at most 256 KB`, () => {
    expect(total(requests.firstScreen.tally)).toBe(cost.about + 1 + 1);
    expect(requests.firstScreen.bytesIn - requests.joinedBytes).toBeLessThanOrEqual(256 * 1024);
  });
  test('has its list complete with the first head', () => {
    expect(total(requests.list.tally)).toBe(cost.about + 1 + 1);
  });
  test('costs one request when nothing has changed', () => {
    expect(total(requests.idle)).toBe(1);
  });
  test.each([1, 100])('takes one put, and one look and one get, for %i changed notes', (count) => {
    const changed = requests.changed.get(count);
    expect(changed && [total(changed.pusher), total(changed.receiver)]).toEqual([1, 2]);
  });
});

test('the tally of a stretch is what came in it', () => {
  expect(since({ get: 3, put: 1 }, { get: 1, put: 1 })).toEqual({ get: 2 });
});

test('sealed notes take at most 1.30 times the bytes of their Markdown, compressed', async () => {
  const stored = await measureStored({ seed: 1, count: 2000 });
  expect(stored.heads + stored.bodies + stored.overhead).toBe(stored.stored);
  expect(stored.stored / stored.deflated).toBeLessThanOrEqual(1.3);
  expect(stored.firstScreen).toBeLessThan(64 * 1024);
});
