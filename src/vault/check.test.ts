import { describe, expect, test } from 'vitest';
import { objectName, type ObjectName, type Storage, StorageError, type StorageEvent } from '../../backends/storage.ts';
import { LIBRARY, type NoteId } from '../notes/ids.ts';
import { createNotebook } from '../notes/library.ts';
import { textOf, touch } from '../notes/note.ts';
import { check } from './check.ts';
import type { CheckProgress, CheckReport, Finding } from './check/report.ts';
import { createWorld, type Device, note, type World } from './examples/devices.ts';
import { ringFor } from './examples/packs.ts';
import { build, put } from './seal.ts';

const run = async (device: Device, full: boolean): Promise<CheckReport> =>
  check(await device.context(), { full }, () => undefined);

/** Without the facts that differ from run to run. */
function told(report: CheckReport): string[] {
  return report.findings.map((finding) => {
    const name = finding.object?.name ?? 'unnamed';
    switch (finding.kind) {
      case 'missing':
        return `missing ${name} ${finding.rescue}`;
      case 'damaged':
        return `damaged ${name} ${finding.damage} ${finding.rescue}`;
      case 'late':
        return `late ${name} ${finding.lacks}`;
      case 'foreign':
      case 'newer':
        return `${finding.kind} ${name} ${finding.what}`;
      case 'slot-missing':
      case 'slot-damaged':
        return `${finding.kind} ${name} ${finding.rescue}`;
      case 'unmentioned':
      case 'locked':
        return `${finding.kind} ${name}`;
      case 'superseded':
        return `superseded ${name} by ${finding.by}`;
    }
  });
}

/** A device that has written so many notes, each in a push of its own, oldest first. */
async function writerOf(world: World, notes: number): Promise<{ writer: Device; packs: ObjectName[] }> {
  const writer = world.device();
  await writer.createVault();
  const packs: ObjectName[] = [];
  for (let number = 1; number <= notes; number++) {
    await writer.write(note(number), `Note ${number}`);
    await writer.sync();
    packs.push(world.names('p').find((name) => !packs.includes(name)) as ObjectName);
    world.time += 60_000;
  }
  return { writer, packs };
}

const flip = (world: World, name: ObjectName) =>
  world.provider.corrupt(name, (bytes) => bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte)));

const all = (known: number) => ({ known, restorable: known, waiting: 0, lacking: [], notebooks: true });

/** Large enough that its head is read by itself. */
async function withLargePack(world: World): Promise<{ writer: Device; large: ObjectName }> {
  const writer = world.device();
  for (let number = 1; number <= 40; number++)
    await writer.write(
      note(number),
      Array.from({ length: 14_000 }, () => String.fromCharCode(97 + world.random() * 26)).join(''),
    );
  await writer.createVault();
  await writer.sync();
  const [large] = world.names('p');
  return { writer, large: large as ObjectName };
}

describe.each([
  ['quick', false],
  ['full', true],
])('a %s check', (_, full) => {
  test('of a sound storage finds nothing, writes nothing, and would restore every note', async () => {
    const world = createWorld();
    const { writer } = await writerOf(world, 3);
    await writer.edit(LIBRARY, (doc) =>
      createNotebook(doc, { id: 'ab'.repeat(16) as never, name: 'Work', parent: null }),
    );
    await writer.sync();
    const before = [await writer.rows('packs'), await writer.rows('meta'), await writer.rows('slots')];
    writer.resetCounts();
    const report = await run(writer, full);
    expect(report).toMatchObject({ full, findings: [], notes: all(3) });
    expect(report.totals).toEqual({
      objects: 6,
      bytes: world.provider.used(),
      packs: 4,
      slots: 2,
      attachments: 0,
    });
    expect(writer.counts()).toMatchObject({ changes: 2, get: 6, put: 0, delete: 0 });
    expect([await writer.rows('packs'), await writer.rows('meta'), await writer.rows('slots')]).toEqual(before);
  });

  test('names a pack with a flipped bit, and that this device can put it back', async () => {
    const world = createWorld();
    const { writer, packs } = await writerOf(world, 3);
    flip(world, packs[1] as ObjectName);
    const report = await run(writer, full);
    expect(told(report)).toEqual([`damaged ${packs[1]} bytes here`]);
    expect(report.notes).toEqual({ ...all(3), restorable: 2, lacking: [note(2)] });
    expect(report.findings[0]?.object).toEqual({
      name: packs[1],
      size: world.bytesOf(packs[1] as ObjectName).length,
      time: world.provider.objects().get(packs[1] as ObjectName)?.time,
    });
  });

  test('names a pack that was removed, with what is remembered of it', async () => {
    const world = createWorld();
    const { writer, packs } = await writerOf(world, 3);
    await writer.sync();
    const size = world.bytesOf(packs[0] as ObjectName).length;
    world.provider.lose([packs[0] as ObjectName]);
    const report = await run(writer, full);
    expect(told(report)).toEqual([`missing ${packs[0]} here`]);
    expect(report.findings[0]?.object).toMatchObject({ size });
    expect(report.notes).toEqual({ ...all(3), restorable: 2, lacking: [note(1)] });
  });

  test('V34 says of a push that others name and nobody shows that it is not here', async () => {
    const world = createWorld();
    const { writer, packs } = await writerOf(world, 2);
    const second = world.device();
    await second.join();
    await second.sync();
    await second.write(note(9), 'from the second');
    await second.sync();
    const fresh = world.device();
    await fresh.join();
    world.provider.lose([packs[0] as ObjectName]);
    await fresh.sync();
    const report = await run(fresh, full);
    expect(told(report)).toEqual(['missing unnamed nowhere']);
    expect(report.notes).toEqual(all(2));
    expect(told(await run(writer, full)).toSorted()[0]).toBe(`missing ${packs[0]} here`);
  });

  test('V27 tells what the listing lacks and a direct read has, and counts it', async () => {
    const world = createWorld();
    const { writer, packs } = await writerOf(world, 2);
    const hidden = packs[1] as ObjectName;
    const hide = (storage: Storage): Storage => ({
      ...storage,
      changes: async (area, cursor, signal) => {
        const page = await storage.changes(area, cursor, signal);
        return { ...page, events: page.events.filter((event) => event.name !== hidden) };
      },
    });
    const ctx = await writer.context();
    const report = await check({ ...ctx, storage: hide(ctx.storage) }, { full }, () => undefined);
    expect(told(report)).toEqual([`late ${hidden} listing`]);
    expect(report.notes).toEqual(all(2));
  });

  test('tells what is listed and cannot be read', async () => {
    const world = createWorld();
    const { writer, packs } = await writerOf(world, 2);
    const ctx = await writer.context();
    const get: Storage['get'] = (name, range, signal) => {
      if (name === packs[1]) throw new StorageError('NotFound', 'it is not there');
      return ctx.storage.get(name, range, signal);
    };
    const report = await check({ ...ctx, storage: { ...ctx.storage, get } }, { full }, () => undefined);
    expect(told(report).toSorted()).toEqual([`late ${packs[1]} read`, `missing ${packs[1]} here`]);
  });

  test('V1 leaves to others what is theirs, and knows what comes from newer programs', async () => {
    const world = createWorld();
    const { writer, packs } = await writerOf(world, 1);
    const vault = (packs[0] as string).slice(4, 36);
    const put = (name: string) => writer.place.storage.put(objectName(name), Uint8Array.of(1, 2, 3));
    await put('log/shopping-list.txt');
    await put(`log/${'9'.repeat(32)}.p.${'0'.repeat(64)}`);
    await put(`log/${vault}.z.${'0'.repeat(64)}`);
    const newer = world.bytesOf(packs[0] as ObjectName).slice();
    newer[7] = 9;
    await writer.place.storage.put(objectName(`log/${vault}.p.${'7'.repeat(64)}`), newer);
    const report = await run(writer, full);
    expect(told(report).toSorted()).toEqual([
      `foreign log/${'9'.repeat(32)}.p.${'0'.repeat(64)} vault`,
      'foreign log/shopping-list.txt file',
      `newer log/${vault}.p.${'7'.repeat(64)} format`,
      `newer log/${vault}.z.${'0'.repeat(64)} kind of object`,
    ]);
    expect(report.notes).toEqual(all(1));
  });

  test('V33 does not call damaged what is sealed with a key that is not here', async () => {
    const world = createWorld();
    const { writer, packs } = await writerOf(world, 1);
    const ctx = await writer.context();
    const other = { ...ctx, ring: await ringFor(ctx.deps) };
    const built = await build(other, { covers: ctx.applied, docs: [note(1)] });
    if (built.kind !== 'built') throw new Error('it should fit');
    await ctx.storage.put(built.pack.name, built.pack.bytes);
    const report = await run(writer, full);
    expect(told(report)).toEqual([`locked ${built.pack.name}`]);
    expect(report).toMatchObject({ notes: all(1), totals: { packs: packs.length } });
  });

  test('V31 misses and finds key slots', async () => {
    const world = createWorld();
    const { writer } = await writerOf(world, 1);
    const [first, second] = world.names('k') as [ObjectName, ObjectName];
    world.provider.lose([first]);
    flip(world, second);
    const report = await run(writer, full);
    expect(told(report).toSorted()).toEqual([`slot-damaged ${second} here`, `slot-missing ${first} here`]);
    expect(report.totals.slots).toBe(0);
  });

  test('does not call new what another device has just sent', async () => {
    const world = createWorld();
    const { writer } = await writerOf(world, 1);
    const second = world.device();
    await second.join();
    await second.sync();
    await second.write(note(9), 'from the second');
    await second.sync();
    const fresh = world.names('p').find((name) => world.bytesOf(name) && name !== world.names('p')[0]);
    expect(fresh).toBeDefined();
    const report = await run(writer, full);
    expect(report.findings.map(({ kind }) => kind)).toEqual(['unmentioned']);
  });

  test('counts apart the notes that only wait to be sent', async () => {
    const world = createWorld();
    const { writer } = await writerOf(world, 2);
    await writer.write(note(2), ', changed since');
    await writer.write(note(3), 'not sent yet');
    expect((await run(writer, full)).notes).toEqual({ ...all(3), restorable: 1, waiting: 2 });
  });

  test('V19 names a pack whose place another one takes, and loses nothing with it', async () => {
    const world = createWorld();
    const { writer, packs } = await writerOf(world, 2);
    const ctx = await writer.context();
    const request = { covers: ctx.applied, docs: [note(1), note(2)] };
    const built = await build(ctx, request);
    if (built.kind !== 'built') throw new Error('it should fit');
    await put(ctx, request, built.pack);
    expect(told(await run(writer, full)).toSorted()).toEqual(
      packs.map((name) => `superseded ${name} by ${built.pack.name}`).toSorted(),
    );
    flip(world, packs[0] as ObjectName);
    world.provider.lose([packs[1] as ObjectName]);
    const report = await run(writer, full);
    expect(told(report)).toEqual([`damaged ${packs[0]} bytes elsewhere`]);
    expect(report.notes).toEqual(all(2));
  });

  test('counts what several pushes hold together, also where two devices set one thing at once', async () => {
    const world = createWorld();
    const { writer } = await writerOf(world, 1);
    const second = world.device();
    await second.join();
    await second.sync();
    for (const [device, text] of [
      [writer, 'one '],
      [second, 'two '],
    ] as const) {
      await device.edit(note(1), (doc) => {
        textOf(doc).insert(0, text);
        touch(doc, world.time);
      });
      world.time += 100_000;
    }
    for (const device of [writer, second, writer, second]) await device.sync();
    expect((await run(writer, full)).notes).toEqual(all(1));
    expect((await run(second, full)).notes).toEqual(all(1));
  });

  test('of a storage that was emptied misses everything', async () => {
    const world = createWorld();
    const { writer } = await writerOf(world, 2);
    world.provider.wipe();
    const report = await run(writer, full);
    expect(report.findings.map(({ kind }) => kind).toSorted()).toEqual([
      'missing',
      'missing',
      'slot-missing',
      'slot-missing',
    ]);
    expect(report.notes).toMatchObject({ known: 2, restorable: 0 });
    expect(report.totals.objects).toBe(0);
  });

  test('stops when it is told to, and says why', async () => {
    const world = createWorld();
    const { writer } = await writerOf(world, 3);
    const stop = new AbortController();
    const seen: CheckProgress[] = [];
    const stopped = check(
      await writer.context(),
      { full },
      (progress) => {
        seen.push(progress);
        if (progress.phase === 'reading' && progress.objects === 1) stop.abort(new Error('enough'));
      },
      stop.signal,
    );
    await expect(stopped).rejects.toThrow('enough');
    expect(seen.at(-1)).toMatchObject({ phase: 'reading', ofObjects: 3 });
  });
});

describe('a large pack', () => {
  test('is read to its end by a full check only', async () => {
    const world = createWorld();
    const { writer, large } = await withLargePack(world);
    writer.resetCounts();
    expect((await run(writer, false)).notes).toEqual(all(40));
    const size = world.bytesOf(large).length;
    expect(writer.counts().bytesIn).toBeLessThan(size);
    expect((await run(writer, true)).notes).toEqual(all(40));
    world.provider.corrupt(large, (bytes) => bytes.map((byte, at) => (at === size - 1 ? byte ^ 1 : byte)));
    expect(told(await run(writer, false))).toEqual([]);
    const report = await run(writer, true);
    expect(told(report)).toEqual([`damaged ${large} bytes here`]);
    expect(report.notes).toMatchObject({ known: 40, restorable: 0 });
  });

  test('that is shorter than it says is told by both', async () => {
    const world = createWorld();
    const { writer, large } = await withLargePack(world);
    const ctx = await writer.context();
    const shorter = (event: StorageEvent): StorageEvent =>
      event.kind === 'added' && event.name === large ? { ...event, size: event.size - 1 } : event;
    const changes: Storage['changes'] = async (area, cursor, signal) => {
      const page = await ctx.storage.changes(area, cursor, signal);
      return { ...page, events: page.events.map(shorter) };
    };
    world.provider.corrupt(large, (bytes) => bytes.slice(0, -1));
    for (const full of [true, false]) {
      const report = await check({ ...ctx, storage: { ...ctx.storage, changes } }, { full }, () => undefined);
      expect(told(report)).toEqual([`damaged ${large} ${full ? 'bytes' : 'length'} here`]);
    }
  });

  test('that is lost is missed note by note, but for those that are whole elsewhere', async () => {
    const world = createWorld();
    const { writer, large } = await withLargePack(world);
    await writer.place.state.write(['outbox'], (tx) => tx.outbox.put({ doc: note(7), bytes: null }));
    await writer.sync();
    world.provider.lose([large]);
    for (const full of [true, false]) {
      const { notes } = await run(writer, full);
      expect(notes).toMatchObject({ known: 40, restorable: 1 });
      expect(notes.lacking).not.toContain(note(7) satisfies NoteId);
    }
  });
});

test('what a check finds survives the database and messages', async () => {
  const world = createWorld();
  const { writer, packs } = await writerOf(world, 2);
  flip(world, packs[0] as ObjectName);
  const report = await run(writer, true);
  expect(JSON.parse(JSON.stringify(report)) as { findings: Finding[] }).toEqual(report);
});
