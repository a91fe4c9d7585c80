/** Rules S20 and S21: the account, and coming back to it. */
import type { ConnectionSettings } from '../provider.ts';
import { type Check, check } from './check.ts';
import { equal, expect, sameBytes } from './expect.ts';
import { patternBytes } from './pattern.ts';
import { listsExactly } from './reader.ts';

/** The same values at the same places; what JSON can't carry (undefined, a Date, a Map, NaN) is a difference. */
function survives(value: unknown, copy: unknown): boolean {
  if (typeof value !== 'object' || value === null || typeof copy !== 'object' || copy === null)
    return Object.is(value, copy) && value !== undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== Array.prototype && prototype !== null) return false;
  const keys = Object.keys(value);
  return (
    keys.length === Object.keys(copy).length &&
    keys.every((key) => survives(Reflect.get(value, key), Reflect.get(copy, key)))
  );
}

function throughJson(settings: ConnectionSettings): ConnectionSettings {
  return JSON.parse(JSON.stringify(settings)) as ConnectionSettings;
}

export const accountChecks: readonly Check[] = [
  check('S20', "about gives the account's stable id and a label for people", async (visit) => {
    const first = await (await visit.open()).about();
    const second = await (await visit.open()).about();
    expect(typeof first.accountId === 'string' && first.accountId !== '', 'the account has no id');
    equal(second.accountId, first.accountId, 'the account id, asked again over another connection');
    expect(typeof first.label === 'string' && first.label.trim() !== '', 'the account has no label');
  }),

  check('S20', 'bytes used and quota, where they are told, are whole numbers of bytes', async (visit) => {
    const { used, quota } = await (await visit.open()).about();
    for (const [what, bytes] of [
      ['used', used],
      ['quota', quota],
    ] as const)
      if (bytes !== undefined) expect(Number.isSafeInteger(bytes) && bytes >= 0, `"${what}" is ${bytes}`);
  }),

  check('S21', "a connection's settings are plain JSON", async (visit) => {
    const settings = await visit.place.settings();
    expect(survives(settings, throughJson(settings)), 'the settings are not the same after JSON');
  }),

  check('S21', 'a storage opened from a copy of the settings is the same place', async (visit) => {
    const { place } = visit;
    const name = visit.name('log', 'before');
    const later = visit.name('log', 'later');
    const storage = await visit.open();
    await storage.put(name, patternBytes(700, 1));
    const reopened = await place.reopen(throughJson(await place.settings()));
    sameBytes(await reopened.get(name), patternBytes(700, 1), 'the object, read over the reopened connection');
    equal((await reopened.about()).accountId, (await storage.about()).accountId, 'the account id');
    await reopened.put(later, patternBytes(701, 2));
    sameBytes(await storage.get(later), patternBytes(701, 2), 'what the reopened connection put');
    await listsExactly(visit, 'log', [name, later]);
  }),
];
