import { expect, test } from 'vitest';
import type { ObjectName } from '../../backends/storage.ts';
import { LIBRARY } from '../notes/ids.ts';
import { createNotebook } from '../notes/library.ts';
import { check } from './check.ts';
import { createWorld, type Device, note, type World } from './examples/devices.ts';
import { canBeRepaired, type RepairReport } from './repair-report.ts';
import { repair } from './repair.ts';

const findingsOf = async (device: Device) =>
  (await check(await device.context(), { full: true }, () => undefined)).findings;

const mend = async (device: Device): Promise<RepairReport> => {
  const findings = await findingsOf(device);
  return repair(await device.context(), findings, () => undefined);
};

const outcomes = (report: RepairReport) => report.repaired.map(({ loss, outcome }) => [loss.kind, outcome.kind]);

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

/** What a device gets that reads this storage and nothing else. */
async function freshTexts(world: World): Promise<Record<string, string>> {
  const fresh = world.device();
  await fresh.join();
  await fresh.sync();
  expect(await fresh.rows('missing')).toEqual([]);
  return fresh.texts();
}

test('puts back what a lost and a damaged pack held, under new names, and touches nothing else', async () => {
  const world = createWorld();
  const { writer, packs } = await writerOf(world, 4);
  await writer.write(note(2), ', longer since');
  await writer.sync();
  world.provider.lose([packs[0] as ObjectName]);
  flip(world, packs[1] as ObjectName);
  const broken = world.bytesOf(packs[1] as ObjectName);
  expect(canBeRepaired(await findingsOf(writer))).toBe(true);
  const there = world.names('p');
  const report = await mend(writer);
  expect(report.repaired.map(({ loss }) => loss.kind)).toEqual(['damaged', 'missing']);
  const fresh = world.names('p').filter((name) => !there.includes(name));
  expect(fresh).toHaveLength(1);
  expect(report.repaired.map(({ outcome }) => outcome)).toEqual([{ kind: 'put-back' }, { kind: 'put-back' }]);
  // A person may want to look at it, and nothing says so soon that nobody needs it.
  expect(world.bytesOf(packs[1] as ObjectName)).toEqual(broken);
  expect(await freshTexts(world)).toEqual(await writer.texts());
  const after = await findingsOf(writer);
  expect(after.map((each) => [each.kind, 'rescue' in each ? each.rescue : ''])).toEqual([['damaged', 'elsewhere']]);
  expect(canBeRepaired(after)).toBe(false);
});

test('V27 puts a whole vault back, the slots first', async () => {
  const world = createWorld();
  const { writer } = await writerOf(world, 3);
  await writer.edit(LIBRARY, (doc) =>
    createNotebook(doc, { id: 'ab'.repeat(16) as never, name: 'Work', parent: null }),
  );
  await writer.sync();
  world.provider.wipe();
  const report = await mend(writer);
  expect(outcomes(report).map(([kind]) => kind)).toEqual([
    'slot-missing',
    'slot-missing',
    'missing',
    'missing',
    'missing',
    'missing',
  ]);
  expect(report.repaired.every(({ outcome }) => outcome.kind === 'put-back')).toBe(true);
  expect(await freshTexts(world)).toEqual(await writer.texts());
  expect(await findingsOf(writer)).toEqual([]);
});

test('V31 puts the right bytes in the place of a damaged slot', async () => {
  const world = createWorld();
  const { writer } = await writerOf(world, 1);
  const names = world.names('k');
  const right = names.map((name) => world.bytesOf(name));
  for (const name of names) flip(world, name);
  expect(outcomes(await mend(writer))).toEqual([
    ['slot-damaged', 'put-back'],
    ['slot-damaged', 'put-back'],
  ]);
  expect(world.names('k').map((name) => world.bytesOf(name))).toEqual(right);
  expect(await freshTexts(world)).toEqual(await writer.texts());
});

test('says what it has not got, and leaves it', async () => {
  const world = createWorld();
  const { writer, packs } = await writerOf(world, 2);
  const second = world.device();
  await second.join();
  await second.sync();
  await second.write(note(9), 'only there');
  await second.sync();
  const theirs = world.names('p').find((name) => !packs.includes(name)) as ObjectName;
  flip(world, theirs);
  const stored = [...world.provider.objects().keys()];
  const report = await mend(writer);
  expect(report.repaired.map(({ outcome }) => outcome)).toEqual([{ kind: 'not', why: 'not-here' }]);
  expect([...world.provider.objects().keys()]).toEqual(stored);
  // The device that wrote it can.
  expect(outcomes(await mend(second))).toEqual([['damaged', 'put-back']]);
  expect(await freshTexts(world)).toEqual(await second.texts());
});

test('does nothing about what reads well again', async () => {
  const world = createWorld();
  const { writer, packs } = await writerOf(world, 2);
  const right = world.bytesOf(packs[0] as ObjectName);
  flip(world, packs[0] as ObjectName);
  const findings = await findingsOf(writer);
  world.provider.corrupt(packs[0] as ObjectName, () => right);
  const stored = [...world.provider.objects().keys()];
  const report = await repair(await writer.context(), findings, () => undefined);
  expect(report.repaired.map(({ outcome }) => outcome.kind)).toEqual(['well']);
  expect([...world.provider.objects().keys()]).toEqual(stored);
});

test('puts back everything when it is not known what a lost pack held', async () => {
  const world = createWorld();
  const { writer, packs } = await writerOf(world, 3);
  await writer.place.state.write(['packs', 'contents'], async (tx) => {
    const row = (await tx.packs.list()).find(({ name }) => name === packs[1]);
    await tx.packs.delete([row?.id as string]);
    await tx.contents.delete([row?.id as string]);
  });
  world.provider.lose([packs[1] as ObjectName]);
  expect(await findingsOf(writer)).toMatchObject([{ kind: 'missing', object: null, rescue: 'here' }]);
  expect(outcomes(await mend(writer))).toEqual([['missing', 'put-back']]);
  expect(await freshTexts(world)).toEqual(await writer.texts());
});

test('says that the storage is full', async () => {
  const world = createWorld();
  const { writer, packs } = await writerOf(world, 2);
  world.provider.lose([packs[0] as ObjectName]);
  const findings = await findingsOf(writer);
  world.provider.switches.quota = world.provider.used();
  const report = await repair(await writer.context(), findings, () => undefined);
  expect(report.repaired.map(({ outcome }) => outcome)).toEqual([{ kind: 'not', why: 'full' }]);
  world.provider.switches.quota = undefined;
  expect(outcomes(await mend(writer))).toEqual([['missing', 'put-back']]);
  expect(await freshTexts(world)).toEqual(await writer.texts());
});

test('tells how far it is, and stops when it is told to', async () => {
  const world = createWorld();
  const { writer } = await writerOf(world, 2);
  world.provider.wipe();
  const findings = await findingsOf(writer);
  const seen: [number, number][] = [];
  const stop = new AbortController();
  const stopped = repair(
    await writer.context(),
    findings,
    (done, of) => {
      seen.push([done, of]);
      if (done === 2) stop.abort(new Error('enough'));
    },
    stop.signal,
  );
  await expect(stopped).rejects.toThrow('enough');
  expect(seen).toEqual([
    [0, 4],
    [1, 4],
    [2, 4],
  ]);
  // The slots are back; the rest follows the next time.
  expect(world.names('k')).toHaveLength(2);
  await mend(writer);
  expect(await freshTexts(world)).toEqual(await writer.texts());
});

test('does not keep back what is whole because of a note that is not', async () => {
  const world = createWorld();
  const { writer, packs } = await writerOf(world, 2);
  world.provider.lose([packs[0] as ObjectName, packs[1] as ObjectName]);
  await writer.place.state.write(['gaps'], (tx) => tx.gaps.put({ doc: note(1), asked: false }));
  const report = await mend(writer);
  expect(report.repaired.map(({ outcome }) => outcome)).toEqual([
    { kind: 'not', why: 'in-part' },
    { kind: 'put-back' },
  ]);
});
