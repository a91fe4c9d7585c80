import { expect, test } from 'vitest';
import { createMemoryState } from './memory-state.ts';
import { readMeta, type State } from './state.ts';
import { age, compareClocks, observe, since } from './time.ts';

const PLACE = 'storage';
const HOUR = 3600_000;
const DAY = 24 * HOUR;
const NOON = Date.UTC(2026, 0, 1, 12);

/** Both clocks, each to be set as one likes. */
function createClocks(state: State = createMemoryState()) {
  const clocks = { local: NOON, provider: NOON + 5000 };
  const inTime = <Result>(work: Parameters<typeof state.write<'meta' | 'sights', Result>>[1]) =>
    state.write(['meta', 'sights'], work);
  return {
    clocks,
    pass(ms: number): void {
      clocks.local += ms;
      clocks.provider += ms;
    },
    /** Somebody else's object is listed. */
    hear: () => inTime((tx) => observe(tx, PLACE, clocks.provider, clocks.local)),
    /** This device puts an object, and finds it in the next listing. */
    push: () =>
      inTime(async (tx) => {
        await observe(tx, PLACE, clocks.provider, clocks.local);
        await compareClocks(tx, PLACE, clocks.local, clocks.provider, clocks.local);
      }),
    /** An object put at this moment is only listed now. */
    compare: (put: number, provider: number) => inTime((tx) => compareClocks(tx, PLACE, put, provider, clocks.local)),
    age: (key: string) => inTime((tx) => age(tx, PLACE, key, clocks.local)),
    since: (moment: { local: number; provider: number }) => inTime((tx) => since(tx, PLACE, moment, clocks.local)),
    doubt: async () => (await state.read(['meta'], (tx) => readMeta(tx, `clocks ${PLACE}`)))?.doubt,
  };
}

test('V22 an age begins at the first sight, and is what both clocks have moved', async () => {
  const device = createClocks();
  await device.push();
  expect(await device.age('trash')).toBe(0);
  device.pass(3 * DAY);
  expect(await device.age('trash'), 'nothing was heard of the provider since').toBe(0);
  await device.hear();
  expect(await device.age('trash')).toBe(3 * DAY);
  device.clocks.local += 100 * DAY;
  expect(await device.age('trash'), 'this clock alone').toBe(3 * DAY);
});

test('V22 an age asked for before anything was listed begins with the first listing', async () => {
  const device = createClocks();
  expect(await device.age('purge')).toBe(0);
  await device.hear();
  device.clocks.local += 100 * DAY;
  expect(await device.age('purge'), 'this clock alone').toBe(0);
  device.pass(3 * DAY);
  await device.hear();
  expect(await device.age('purge')).toBe(3 * DAY);
});

test('V22 the provider’s clock alone makes nothing old', async () => {
  const device = createClocks();
  await device.push();
  await device.age('trash');
  device.clocks.provider += 100 * DAY;
  await device.hear();
  expect(await device.age('trash')).toBe(0);
});

test.each([
  ['this device’s clock forwards', { local: 40 * DAY, provider: 0 }],
  ['this device’s clock back', { local: -40 * DAY, provider: 0 }],
  ['the provider’s clock forwards', { local: 0, provider: 40 * DAY }],
  ['the provider’s clock back', { local: 0, provider: -40 * DAY }],
])('V22 a jump of %s suspends all destruction, however much time both clocks then tell', async (_, jump) => {
  const device = createClocks();
  await device.push();
  await device.age('trash');
  device.pass(DAY);
  await device.push();
  device.clocks.local += jump.local;
  device.clocks.provider += jump.provider;
  await device.push();
  expect(await device.doubt()).toMatchObject({ skew: device.clocks.provider - device.clocks.local });
  device.pass(2 * DAY);
  await device.hear();
  expect(await device.age('trash')).toBe(0);
});

test('V22 a clock that was put right again is believed at once, and what was seen before the jump keeps its age', async () => {
  const device = createClocks();
  await device.push();
  await device.age('trash');
  device.clocks.local += 40 * DAY;
  await device.push();
  await device.age('seen in doubt');
  device.clocks.local -= 40 * DAY;
  device.pass(2 * DAY);
  await device.push();
  expect(await device.doubt()).toBeNull();
  expect(await device.age('trash')).toBe(2 * DAY);
  // Its first sight lies in a future that never was.
  expect(await device.age('seen in doubt')).toBe(0);
  device.pass(HOUR);
  await device.hear();
  expect(await device.age('seen in doubt')).toBe(HOUR);
});

test('V22 a jump that has held for a week is believed, and every age begins anew', async () => {
  const device = createClocks();
  await device.push();
  await device.age('trash');
  device.clocks.local += 40 * DAY;
  await device.push();
  device.pass(6 * DAY);
  await device.push();
  expect(await device.doubt()).not.toBeNull();
  device.pass(2 * DAY);
  await device.push();
  expect(await device.doubt()).toBeNull();
  expect(await device.age('trash')).toBe(0);
  device.pass(DAY);
  await device.push();
  expect(await device.age('trash')).toBe(DAY);
});

test('V22 a second jump in doubt begins the week anew', async () => {
  const device = createClocks();
  await device.push();
  device.clocks.local += 40 * DAY;
  await device.push();
  device.pass(6 * DAY);
  device.clocks.local += 40 * DAY;
  await device.push();
  device.pass(2 * DAY);
  await device.push();
  expect(await device.doubt()).not.toBeNull();
});

test('V22 years asleep are no jump: both clocks have moved alike', async () => {
  const device = createClocks();
  await device.push();
  await device.age('trash');
  device.pass(730 * DAY);
  await device.push();
  expect(await device.doubt()).toBeNull();
  expect(await device.age('trash')).toBe(730 * DAY);
});

test('V22 a clock that drifts is followed', async () => {
  const device = createClocks();
  for (let day = 0; day < 30; day++) {
    await device.push();
    device.pass(DAY);
    device.clocks.local += HOUR;
  }
  expect(await device.doubt()).toBeNull();
});

test('V22 a moment kept elsewhere is measured the same way', async () => {
  const device = createClocks();
  await device.push();
  const moment = { ...device.clocks };
  device.pass(DAY);
  await device.hear();
  expect(await device.since(moment)).toBe(DAY);
  expect(await device.since({ local: moment.local + 9 * DAY, provider: moment.provider })).toBe(0);
});

test('V22 a single object that is years ahead stops no time, whether it is heard before the clocks were compared or after', async () => {
  for (const first of [true, false]) {
    const device = createClocks();
    if (!first) await device.push();
    device.clocks.provider += 3650 * DAY;
    await device.hear();
    device.clocks.provider -= 3650 * DAY;
    if (first) await device.push();
    expect(await device.age('trash')).toBe(0);
    device.pass(2 * DAY);
    await device.hear();
    expect(await device.age('trash')).toBe(2 * DAY);
  }
});

test('V22 what was put long before it is listed says nothing against what was heard since', async () => {
  const device = createClocks();
  await device.push();
  await device.age('trash');
  const { local, provider } = device.clocks;
  device.pass(30 * DAY);
  await device.hear();
  await device.compare(local, provider);
  expect(await device.age('trash')).toBe(30 * DAY);
});
