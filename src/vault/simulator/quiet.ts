/** The end of a run: nothing goes wrong any more, nobody writes, and everything has to come together. */
import type * as Y from 'yjs';
import { isDeepStrictEqual } from 'node:util';
import { type DocId, isNoteId, LIBRARY } from '../../notes/ids.ts';
import { notebooks } from '../../notes/library.ts';
import { hasPending, snapshotDigestInput } from '../../notes/merge.ts';
import { look, unlock } from '../connect.ts';
import { groupByDoc } from '../documents.ts';
import { isVaultError } from '../errors.ts';
import { parseName, type VaultId } from '../names.ts';
import { standingOf } from '../purge.ts';
import { createSession, type Session } from '../session.ts';
import type { SlotSecret } from '../slots.ts';
import type { State, TableName } from '../state.ts';
import type { Device } from './device.ts';
import { beIdle, checkReport, connect, haveItPutBack, moveOn, ownVault, PASSPHRASE, placeOf } from './engine.ts';
import { newLife } from './course.ts';
import { checkAndRepair, checkRightly } from './caretaker.ts';
import { docOf } from './contents.ts';
import { NEXT_YEAR } from './next-year.ts';
import { tokensOf } from './tokens.ts';
import { must } from './violation.ts';
import type { World } from './world.ts';

const HOUR = 3600_000;
/** Rounds in which everybody syncs once and does what is due; half of them are never needed. */
const ROUNDS = 60;

/** What a person would see of a device's notes, and what merging would see of them. */
interface Reading {
  readonly docs: ReadonlyMap<DocId, { readonly shown: unknown; readonly digest: Uint8Array; readonly torn: boolean }>;
  readonly tokens: ReadonlySet<string>;
  /** Which notes were deleted for good, and when. */
  readonly purges: ReadonlySet<string>;
}

function shownOf(id: DocId, doc: Y.Doc): unknown {
  if (isNoteId(id)) return { text: doc.getText('text').toJSON(), props: doc.getMap('props').toJSON() };
  return id === LIBRARY ? notebooks(doc) : null;
}

async function read(device: Device): Promise<Reading> {
  const { rows, purges } = await device.state.read(['bodies', 'purges'], async (tx) => ({
    rows: groupByDoc(await tx.bodies.list()),
    purges: await tx.purges.list(),
  }));
  const buried = groupByDoc(purges);
  const docs = new Map<DocId, { shown: unknown; digest: Uint8Array; torn: boolean }>();
  const tokens = new Set<string>();
  for (const [id, pieces] of rows) {
    const doc = docOf(device, id, pieces);
    // Who still has the text of a note that was deleted for good, and who has let it go, is nobody's business.
    if (standingOf(doc, buried.get(id) ?? []).kind === 'hidden') continue;
    docs.set(id, { shown: shownOf(id, doc), digest: snapshotDigestInput(doc), torn: hasPending(doc) });
    for (const token of tokensOf(doc)) tokens.add(token);
    doc.destroy();
  }
  return { docs, tokens, purges: new Set(purges.map((row) => row.id)) };
}

function compare(one: string, mine: Reading, other: string, theirs: Reading, rule: 'V36' | 'V37'): void {
  for (const [id, doc] of mine.docs) {
    const there = theirs.docs.get(id);
    // Only where something was lost for good is a note torn in the end, and nobody can send a part of one.
    if (doc.torn || there?.torn) continue;
    must(there !== undefined, rule, () => `${other} lacks ${id}, which ${one} has`);
    must(isDeepStrictEqual(there.digest, doc.digest), rule, () => `${one} and ${other} applied other edits to ${id}`);
    must(isDeepStrictEqual(there.shown, doc.shown), rule, () => `${one} and ${other} show another ${id}`);
  }
  must(
    isDeepStrictEqual(mine.purges, theirs.purges),
    rule,
    () => `${one} and ${other} know of other deletions for good`,
  );
  const torn = [...mine.docs.values(), ...theirs.docs.values()].some((doc) => doc.torn);
  must(torn || mine.docs.size === theirs.docs.size, rule, () => `${other} has documents that ${one} lacks`);
}

/** What must be empty in the end. */
const EMPTY: readonly (readonly [TableName, `V${number}`])[] = [
  ['outbox', 'V5'],
  ['uploads', 'V5'],
  ['pending', 'V11'],
];
/** And these, unless something was lost that nobody has any more. What was kept aside of a pack that has gone stays: it may be all that is left of it. */
const EMPTY_UNLESS_LOST: readonly (readonly [TableName, `V${number}`])[] = [
  ['aside', 'V11'],
  ['missing', 'V13'],
  ['gaps', 'V14'],
];

async function nothingLeft(world: World, device: Device, state: State): Promise<void> {
  const lossy = world.hand.tookAway() || world.hand.spoiled();
  for (const [table, rule] of lossy ? EMPTY : [...EMPTY, ...EMPTY_UNLESS_LOST]) {
    const count = await state.read([table], (tx) => tx[table].count());
    must(count === 0, rule, () => `${device.name} still has ${count} rows in ${table}`);
  }
  const vault = await ownVault(state);
  const packs = await state.read(['packs'], (tx) => tx.packs.list());
  for (const pack of packs.filter((row) => parseName(row.name)?.vault === vault)) {
    const exists = world.shadow.exists(pack.name);
    must(
      pack.present === exists,
      'V27',
      () => `${device.name} believes of ${pack.name} that it is ${exists ? 'gone' : 'there'}`,
    );
    must(
      pack.state === 'applied' || !world.shadow.isIntact(pack.name),
      'V11',
      () => `${device.name} has ${pack.name} as ${pack.state}`,
    );
  }
  const away = (await state.read(['notes'], (tx) => tx.notes.list())).filter((note) => !note.here);
  must(away.length === 0, 'V15', () => `${device.name} still shows ${away.length} notes of which it has only the card`);
}

function awake(world: World, device: Device): void {
  device.network.setOffline(false);
  device.network.signIn(true);
  device.life = newLife(world, device, world.dice(`quiet life of ${device.name}`), () => undefined);
}

/** What can't be read is read again and again, and brings nothing. */
async function knowledgeOf(device: Device): Promise<string> {
  return device.state.read(['applied', 'pending', 'packs'], async (tx) =>
    [
      await tx.applied.count(),
      await tx.pending.count(),
      (await tx.packs.where('state', ['applied'])).map((row) => row.name),
    ].join(),
  );
}

async function syncAll(world: World): Promise<Map<Device, Session>> {
  const sessions = new Map<Device, Session>();
  const known = new Map<Device, string>();
  // The first round is before, the others after what is due every few hours; holes wait for up to a day.
  const rests = world.hand.tookAway() || world.hand.spoiled() ? 5 : 1;
  let still = 0;
  for (let round = 1; ; round++) {
    must(round <= ROUNDS, 'V36', () => `after ${ROUNDS} rounds devices still have something to tell each other`);
    let moved = 0;
    for (const device of world.devices) {
      const place = placeOf(device, device.life as NonNullable<Device['life']>);
      if (!(await ownVault(device.state))) {
        await connect(world, device, place);
        moved++;
      }
      const session = sessions.get(device) ?? createSession(place, world.account);
      sessions.set(device, session);
      const report = await session.sync();
      checkReport(world, device, report);
      world.trace(() => `${device.name} at quiet: ${report.received} received, ${report.sent} sent`);
      if (report.alarm) {
        await haveItPutBack(world, device, place);
        moved++;
      } else await world.oracle.synced(device);
      const knows = await knowledgeOf(device);
      if (report.sent > 0 || knows !== known.get(device)) moved++;
      known.set(device, knows);
      if (await moveOn(world, device, place)) {
        sessions.delete(device);
        moved++;
      } else moved += await beIdle(world, device, session, 50);
    }
    still = moved === 0 ? still + 1 : 0;
    if (still > rests) return sessions;
    await world.clock.sleep(7 * HOUR);
  }
}

async function idle(world: World, sessions: ReadonlyMap<Device, Session>): Promise<void> {
  for (const [device, session] of sessions) {
    await session.sync();
    const before = world.provider.requests();
    await session.sync();
    const requests = world.provider.requests() - before;
    // Figure of the project, not a rule of the vault: an idle sync is one request.
    must(requests === 1, 'V12', () => `an idle sync of ${device.name} took ${requests} requests`);
  }
}

/**
 * Every place that is in reach, where an edit survives: living devices, and intact objects of a vault that somebody is in. What only
 * lies in a vault that everybody has left is out of reach.
 */
async function survivorsOf(world: World): Promise<ReadonlyMap<string, string>> {
  const places = new Map<string, string>();
  const vaults = new Set(await Promise.all(world.devices.map((device) => ownVault(device.state))));
  for (const vault of vaults)
    for (const id of vault ? world.shadow.docs(vault) : [])
      for (const token of tokensOf(world.shadow.doc(vault as VaultId, id) as Y.Doc))
        places.set(token, `in the storage, in ${id}`);
  for (const device of world.devices)
    for (const tokens of device.held.values()) for (const token of tokens) places.set(token, `on ${device.name}`);
  return places;
}

/** A fresh device that has nothing but the storage and a secret. */
async function join(world: World, device: Device, secrets: readonly SlotSecret[]): Promise<Reading> {
  awake(world, device);
  const place = placeOf(device, device.life as NonNullable<Device['life']>);
  const [first] = await look(place);
  must(first !== undefined, 'V37', () => 'no vault is there');
  for (const secret of secrets) {
    try {
      await unlock(place, first.id, secret);
      break;
    } catch (error) {
      if (!isVaultError(error, 'WrongSecret')) throw error;
    }
  }
  must((await ownVault(device.state)) === first.id, 'V31', () => `${device.name} can't open the vault`);
  const session = createSession(place, world.account);
  checkReport(world, device, await session.sync());
  // It has everything from its first sync on, though it may have left unread what merged packs hold as well.
  const reading = await read(device);
  checkReport(world, device, await session.sync());
  await nothingLeft(world, device, device.state);
  return reading;
}

/** @param fresh two devices that nobody has used yet. */
export async function comeToRest(world: World, fresh: readonly [Device, Device]): Promise<void> {
  for (const device of world.devices) awake(world, device);
  const survivors = await survivorsOf(world);
  let sessions = await syncAll(world);
  if (world.devices.some((device) => device.deps.format !== undefined)) {
    world.trace(() => 'everybody gets the newest program');
    for (const device of [...world.devices, ...fresh]) device.deps = { ...device.deps, ...NEXT_YEAR };
    sessions = await syncAll(world);
  }
  if (world.hand.tookAway() || world.hand.spoiled()) {
    // What rots where it lies is only noticed by those who look, and only those who read it before can mend it.
    for (const device of world.devices)
      await checkAndRepair(world, device, placeOf(device, device.life as NonNullable<Device['life']>), true);
    sessions = await syncAll(world);
  }
  await idle(world, sessions);
  const readings: (readonly [Device, Reading])[] = [];
  for (const device of world.devices) {
    await nothingLeft(world, device, device.state);
    readings.push([device, await read(device)]);
  }
  const [[first, reading] = [undefined, undefined], ...others] = readings;
  if (!first) return;
  for (const [device, other] of others) compare(first.name, reading, device.name, other, 'V36');
  const vault = await ownVault(first.state);
  const everywhere = readings.map(([, each]) => each);
  const torn = everywhere.some(({ docs }) => [...docs.values()].some((doc) => doc.torn));
  await checkRightly(world, first, placeOf(first, first.life as NonNullable<Device['life']>), torn);
  const has = (token: string) => (torn ? everywhere : [reading]).some(({ tokens }) => tokens.has(token));
  for (const [token, place] of survivors)
    must(
      has(token) || world.oracle.deleted.has(token) || world.oracle.purged.has(token),
      'V36',
      () => `${token} survived ${place}, and no device has it in the end`,
    );
  compare(
    first.name,
    reading,
    fresh[0].name,
    await join(world, fresh[0], [{ kind: 'passphrase', passphrase: PASSPHRASE }]),
    'V37',
  );
  // A vault whose maker was cut off before it wrote the second slot has no words.
  const slots = [...world.provider.objects().keys()]
    .map(parseName)
    .filter((name) => name?.vault === vault && name?.kind === 'k');
  if (slots.length < 2) return;
  const words = world.words.map((entropy) => ({ kind: 'words', entropy }) as const);
  compare(first.name, reading, fresh[1].name, await join(world, fresh[1], words), 'V37');
}
