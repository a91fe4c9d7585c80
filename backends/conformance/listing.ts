/** Rules S9 to S14: listing, following, deleting and waiting. */
import type { Area, Cursor, ObjectName, Storage } from '../storage.ts';
import { isStorageError } from '../storage.ts';
import { type Check, check, Skipped, type Visit } from './check.ts';
import { describeError, equal, expect, failsWith, sameBytes, settled } from './expect.ts';
import { patternBytes } from './pattern.ts';
import { createReader, leadsTo, listsExactly } from './reader.ts';

/** Puts objects one after the other, in the order of the labels. */
async function putAll(visit: Visit, storage: Storage, area: Area, labels: readonly string[]): Promise<ObjectName[]> {
  const names = labels.map((label) => visit.name(area, label));
  for (const [index, name] of names.entries()) await storage.put(name, patternBytes(20 + index, index));
  return names;
}

const numbered = (count: number, stem: string) => Array.from({ length: count }, (_, index) => `${stem}${10 + index}`);

const full: readonly Check[] = [
  check('S9', 'a listing from the start leads to every object of its area and to no other', async (visit) => {
    const storage = await visit.open();
    const inLog = await putAll(visit, storage, 'log', numbered(4, 'a'));
    const inFiles = await putAll(visit, storage, 'files', numbered(3, 'b'));
    await listsExactly(visit, 'log', inLog);
    await listsExactly(visit, 'files', inFiles);
  }),

  check('S9', 'a listing of more than three pages leads to every object', async (visit) => {
    const names = await putAll(visit, await visit.open(), 'log', numbered(17, 'p'));
    await visit.eventually('a listing in pages', async () => {
      const reader = createReader(visit, await visit.openPaged(4), 'log');
      await reader.toEnd();
      if (reader.objects.size === names.length && reader.pages() <= 3)
        throw new Skipped(`the place took ${reader.pages()} pages for 17 objects, although pages of 4 were asked for`);
      const missing = names.filter((name) => !reader.objects.has(name));
      return missing.length === 0 ? undefined : `${missing.length} of 17 objects are missing`;
    });
  }),

  check('S10', 'a cursor leads to every later addition and removal, also over another connection', async (visit) => {
    const storage = await visit.open();
    const before = await putAll(visit, storage, 'log', numbered(3, 'before'));
    const reader = await listsExactly(visit, 'log', before);
    const after = await putAll(visit, storage, 'log', numbered(3, 'after'));
    await storage.delete(before.slice(0, 2));
    reader.moveTo(await visit.open());
    await leadsTo(visit, reader, [...before.slice(2), ...after], 'the cursor');
    await leadsTo(visit, createReader(visit, storage, 'log'), [...before.slice(2), ...after], 'a new listing');
  }),

  check('S10', 'objects that come and go between two pages: the final set is exact', async (visit) => {
    const storage = await visit.open();
    const start = await putAll(visit, storage, 'log', numbered(14, 'n'));
    await listsExactly(visit, 'log', start);
    const reader = createReader(visit, await visit.openPaged(3), 'log');
    const left = new Set(start);
    let more = true;
    // Between any two pages one object goes that was listed, one that was perhaps not yet, and two come:
    // one that sorts before all others and one after.
    for (let step = 0; more && step < 5; step++) {
      more = await reader.page();
      const listed = start.find((name) => left.has(name) && reader.objects.has(name));
      const unlisted = start.findLast((name) => left.has(name) && !reader.objects.has(name));
      const gone = [listed, unlisted].filter((name) => name !== undefined);
      await storage.delete(gone);
      for (const name of gone) left.delete(name);
      for (const name of await putAll(visit, storage, 'log', [`a${step}`, `z${step}`])) left.add(name);
    }
    await leadsTo(visit, reader, left, 'the listing that was under way');
    await listsExactly(visit, 'log', left);
  }),

  check(
    'S10',
    'a name that comes, goes and comes back is there in the end, and one that goes last is not',
    async (visit) => {
      const storage = await visit.open();
      const [back = fail(), gone = fail()] = await putAll(visit, storage, 'log', ['back', 'gone']);
      const reader = await listsExactly(visit, 'log', [back, gone]);
      await removed(visit, storage, [back, gone]);
      await storage.put(back, patternBytes(90, 3));
      await storage.put(gone, patternBytes(90, 4));
      await storage.delete([gone]);
      await leadsTo(visit, reader, [back], 'the cursor');
      const again = await listsExactly(visit, 'log', [back]);
      equal(again.objects.get(back)?.size, 90, 'the size of the object that came back');
      // Until a late feed has told both that it went and that it came back, it is known as it was.
      await visit.eventually('the size of the object that came back, as the cursor tells', async () => {
        await reader.toEnd();
        const size = reader.objects.get(back)?.size;
        return size === 90 ? undefined : `it is ${size ?? 'not there'}`;
      });
    },
  ),

  check('S11', "an added event carries the size and the provider's time", async (visit) => {
    const storage = await visit.open();
    const clock = () => visit.place.providerNow?.();
    const name = visit.name('log', 'dated');
    const earliest = clock();
    await storage.put(name, patternBytes(12_345, 1));
    const latest = clock();
    const info = (await listsExactly(visit, 'log', [name])).objects.get(name);
    expect(info !== undefined, 'the object is not listed');
    equal(info.size, 12_345, 'the size');
    expect(Number.isFinite(info.time) && info.time > 0, `the time is ${info.time}, not ms since 1970`);
    // A provider may tell whole seconds only.
    if (earliest !== undefined && latest !== undefined)
      expect(
        info.time > earliest - 1000 && info.time < latest + 1000,
        `the time is ${info.time}; by the provider's clock the object was put between ${earliest} and ${latest}`,
      );
    const other = (await listsExactly(visit, 'log', [name])).objects.get(name);
    equal(other?.time, info.time, 'the time that another connection is told');
  }),

  check('S12', 'a cursor is plain text that outlives the connection', async (visit) => {
    const first = await visit.open();
    const [one = fail()] = await putAll(visit, first, 'files', ['one']);
    const reader = await listsExactly(visit, 'files', [one]);
    const kept = JSON.parse(JSON.stringify({ cursor: reader.cursor() })) as { cursor: Cursor };
    equal(kept.cursor, reader.cursor(), 'the cursor after JSON');
    const [two = fail()] = await putAll(visit, await visit.open(), 'files', ['two']);
    const later = createReader(visit, await visit.open(), 'files', kept.cursor);
    await visit.eventually('the kept cursor', async () => {
      await later.toEnd();
      return later.objects.has(two) ? undefined : 'the later object is missing';
    });
  }),

  check('S12', "a cursor that the provider doesn't know is CursorExpired", async (visit) => {
    const storage = await visit.open();
    for (const text of ['no-cursor-of-this-provider', '{"v":99}', '0'])
      await failsWith('CursorExpired', () => storage.changes('log', text as Cursor), `changes after "${text}"`);
  }),

  check(
    'S12',
    'a cursor that the provider no longer honours is CursorExpired, and a new listing works',
    async (visit) => {
      const expire = visit.fault('expireCursors');
      const storage = await visit.open();
      const names = await putAll(visit, storage, 'log', ['kept']);
      const reader = await listsExactly(visit, 'log', names);
      await expire();
      await failsWith(
        'CursorExpired',
        () => storage.changes('log', reader.cursor()),
        'changes after an expired cursor',
      );
      await listsExactly(visit, 'log', names);
    },
  ),
];

function fail(): never {
  throw new Error('fewer names than labels');
}

/** Deletes, and waits until nobody can read the names any more. */
async function removed(visit: Visit, storage: Storage, names: readonly ObjectName[]): Promise<void> {
  await storage.delete(names);
  await gone(visit, names);
}

async function gone(visit: Visit, names: readonly ObjectName[]): Promise<void> {
  await visit.eventually('a deleted name', async () => {
    const reader = await visit.open();
    for (const name of names) {
      const result = await settled(reader.get(name));
      if (result.ok) return `${name} can still be read`;
      if (!isStorageError(result.error, 'NotFound')) return `${name} fails with ${describeError(result.error)}`;
    }
    return undefined;
  });
}

const deleting: readonly Check[] = [
  check('S13', 'deleted names are gone in the end, and no others', async (visit) => {
    const storage = await visit.open();
    const names = await putAll(visit, storage, 'log', numbered(6, 'd'));
    const [kept = fail(), ...rest] = names;
    await storage.delete(rest);
    await gone(visit, rest);
    await listsExactly(visit, 'log', [kept]);
    sameBytes(await (await visit.open()).get(kept), patternBytes(20, 0), 'the object that was not deleted');
  }),

  check('S13', 'names in both areas can be deleted in one call', async (visit) => {
    const storage = await visit.open();
    const names = [
      ...(await putAll(visit, storage, 'log', ['l1', 'l2'])),
      ...(await putAll(visit, storage, 'files', ['f1', 'f2'])),
    ];
    await removed(visit, storage, names);
    await listsExactly(visit, 'log', []);
    await listsExactly(visit, 'files', []);
  }),

  check('S13', "deleting what isn't there is fine: nothing, twice, or amid others", async (visit) => {
    const storage = await visit.open();
    await storage.delete([]);
    const [first = fail(), last = fail()] = await putAll(visit, storage, 'log', ['first', 'last']);
    const missing = visit.name('log', 'never-there');
    await storage.delete([missing]);
    await storage.delete([first, missing, last]);
    await storage.delete([first, last]);
    await storage.delete([first, first]);
    await gone(visit, [first, last, missing]);
    await listsExactly(visit, 'log', []);
  }),

  check('S13', 'more names than a provider takes in one request can be deleted in one call', async (visit) => {
    const storage = await visit.open();
    const [first = fail(), last = fail()] = await putAll(visit, storage, 'log', ['first', 'last']);
    const between = Array.from({ length: 1100 }, (_, index) => visit.name('log', `never-there-${index}`));
    await storage.delete([first, ...between, last]);
    await gone(visit, [first, last]);
    await listsExactly(visit, 'log', []);
  }),

  check('S13', 'a deleted name may be put again, with other bytes', async (visit) => {
    const storage = await visit.open();
    const name = visit.name('log', 'again');
    for (let round = 0; round < 3; round++) {
      await storage.put(name, patternBytes(40 + round, round));
      sameBytes(await (await visit.open()).get(name), patternBytes(40 + round, round), `the object of round ${round}`);
      await removed(visit, storage, [name]);
    }
    await listsExactly(visit, 'log', []);
  }),
];

const waiting: readonly Check[] = [
  check('S14', 'watch resolves when an object comes', async (visit) => {
    const { storage, watching } = await watchedArea(visit);
    await storage.put(visit.name('log', 'news'), patternBytes(30, 1));
    await visit.within('watch, after an object was put', watching);
  }),

  check('S14', 'watch resolves when an object goes', async (visit) => {
    const { storage, watching, first } = await watchedArea(visit);
    await storage.delete([first]);
    await visit.within('watch, after an object was deleted', watching);
  }),

  check('S14', 'watch resolves when something has already happened since the cursor', async (visit) => {
    const storage = await visit.open();
    const [first = fail()] = await putAll(visit, storage, 'log', ['first']);
    const reader = await listsExactly(visit, 'log', [first]);
    await storage.put(visit.name('log', 'missed'), patternBytes(30, 1));
    const stop = new AbortController();
    const watching = (await visit.open()).watch('log', reader.cursor(), stop.signal);
    await visit.within('watch, with a cursor from before', watching);
  }),

  check('S14', "watch rejects with the signal's reason when it is aborted, before or meanwhile", async (visit) => {
    const storage = await visit.open();
    const [first = fail()] = await putAll(visit, storage, 'log', ['first']);
    const reader = await listsExactly(visit, 'log', [first]);
    for (const moment of ['before', 'meanwhile']) {
      const stop = new AbortController();
      const reason = new Error(`stopped ${moment}`);
      if (moment === 'before') stop.abort(reason);
      const watching = settled(storage.watch('log', reader.cursor(), stop.signal));
      // Let it get under way; on a busy account it may even resolve, which is no fault.
      if (moment === 'meanwhile') await visit.place.patience.pause();
      stop.abort(reason);
      const end = await visit.within(`an aborted watch (${moment})`, watching);
      if (!end.ok) expect(end.error === reason, `watch failed with ${describeError(end.error)}, not with the reason`);
      else expect(moment === 'meanwhile', 'watch resolved although it was aborted before');
    }
  }),
];

/** An area with one object, and a connection that watches it from the newest cursor on. */
async function watchedArea(visit: Visit) {
  const storage = await visit.open();
  const [first = fail()] = await putAll(visit, storage, 'log', ['first']);
  const reader = await listsExactly(visit, 'log', [first]);
  const stop = new AbortController();
  const watching = (await visit.open()).watch('log', reader.cursor(), stop.signal);
  watching.catch(() => undefined);
  return { storage, watching, first };
}

export const listingChecks: readonly Check[] = [...full, ...deleting, ...waiting];
