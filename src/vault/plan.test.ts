import { describe, expect, test } from 'vitest';
import { nameOf, type VaultId } from './names.ts';
import { type DeviceId, element, type Element } from './coverage.ts';
import { type Circumstances, estimate, type LivePack, planMerge } from './plan.ts';

const VAULT = 'ab'.repeat(16) as VaultId;
const device = (number: number) => String(number).padStart(32, '0') as DeviceId;
const HOUR = 3_600_000;

let count = 0;

/** @param docs numbers of documents, 16 bytes each once they are packed */
function pack(size: number, docs: readonly number[], change: Partial<LivePack> = {}): LivePack {
  count++;
  const packed = new Uint8Array(docs.length * 16);
  for (const [index, doc] of docs.entries()) new DataView(packed.buffer).setUint32(index * 16 + 12, doc);
  const hash = new Uint8Array(32);
  new DataView(hash.buffer).setUint32(0, count);
  return {
    id: `pack ${count}`,
    name: nameOf(VAULT, 'p', hash),
    size,
    time: count,
    covers: [element(device(1), count, `${count}`.padStart(16, '0'))],
    with: [],
    writer: device(1),
    docs: packed,
    ...change,
  };
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);
const covering = (pushes: number): Element[] =>
  range(0, pushes).map((sequence) => element(device(2), count * 100_000 + sequence, 'ab'.repeat(8)));

function plan(live: readonly LivePack[], change: Partial<Circumstances> = {}) {
  const here = {
    own: device(1),
    weak: false,
    urgent: false,
    waited: () => 0,
    mustRewrite: new Set<string>(),
    shares: new Map<string, number>(),
    ...change,
  };
  return planMerge(live, here);
}

const ids = (packs: readonly LivePack[] | null) => packs?.map(({ id }) => id);
const small = (number: number, change: Partial<LivePack> = {}) => pack(700, [number], change);

test('V16 seven packs of a tier stay as they are, eight become one, oldest first', () => {
  const packs = range(0, 8).map((number) => small(number));
  expect(plan(packs.slice(0, 7)).inputs).toBeNull();
  expect(ids(plan(packs.toReversed()).inputs)).toEqual(ids(packs));
});

test('V19 a pack that leaves a part to others is merged only together with them: else what comes out takes nobody’s place', () => {
  const packs = range(0, 8).map((number) => small(number));
  const elsewhere = covering(1);
  const leaving = small(9, { with: elsewhere });
  expect(ids(plan([...packs, leaving]).inputs)).toEqual(ids(packs));
  expect(
    plan([...packs.slice(0, 1), ...range(10, 18).map((number) => small(number, { with: elsewhere }))]).inputs,
  ).toBeNull();
  const holding = small(20, { covers: elsewhere });
  expect(ids(plan([...packs, leaving, holding]).inputs)).toEqual(ids([...packs, leaving, holding]));
});

test('V19 packs that leave a part to others hold up nobody: neither the tiers above theirs, nor room that has to be made', () => {
  const leaving = range(0, 16).map((number) => small(number, { with: covering(1) }));
  const upper = range(0, 8).map((number) => pack(300_000, range(9000 + number * 100, 9100 + number * 100)));
  expect(ids(plan([...leaving, ...upper]).inputs)).toEqual(ids(upper));
  const larger = range(20, 24).map((number) => pack(800, [number]));
  expect(ids(plan([...leaving, ...larger], { urgent: true }).inputs)).toEqual(ids(larger));
  // Nor do they fill their tier: whatever is pushed would be merged at once, with what was just merged.
  expect(plan([...leaving, ...larger.slice(2)]).inputs).toBeNull();
  // And there is nothing to list for.
  expect(plan(leaving, { waited: () => null }).listing).toBe(false);
});

test('V16 packs of different tiers are not merged with each other', () => {
  const packs = [
    ...range(0, 5).map((number) => small(number)),
    ...range(5, 10).map((number) => pack(20_000, [number])),
  ];
  expect(plan(packs).inputs).toBeNull();
});

test('V16 a merge that would fill the next tier takes it along, so that nothing is written twice', () => {
  const upper = range(0, 3).map((number) =>
    pack(600_000, range(number * 800, number * 800 + 800), { covers: covering(20) }),
  );
  const lower = range(0, 8).map((number) =>
    pack(80_000, range(9000 + number * 100, 9100 + number * 100), { covers: covering(20) }),
  );
  expect(ids(plan([...upper, ...lower]).inputs)).toEqual(ids([...upper, ...lower]));
  expect(ids(plan([...upper.slice(1), ...lower]).inputs)).toEqual(ids(lower));
});

test('V16 once there are many larger packs, small ones are merged in larger lots, and the largest in smaller ones', () => {
  const grown = range(0, 6).map((number) => pack(100_000, range(number * 100, number * 100 + 100)));
  const pushes = range(0, 16).map((number) => small(5000 + number));
  expect(plan([...grown, ...pushes.slice(1)]).inputs).toBeNull();
  expect(ids(plan([...grown, ...pushes]).inputs)).toEqual(ids(pushes));
  const large = range(0, 4).map((number) => pack(700_000, range(number * 800, number * 800 + 800)));
  expect(ids(plan(large).inputs)).toEqual(ids(large));
});

test('V16 what is frozen is left alone, and no merge is planned that does not fit into one object', () => {
  const frozen = range(0, 9).map((number) => pack(3_800_000, range(number * 4000, number * 4000 + 4000)));
  expect(plan(frozen).inputs).toBeNull();
  const large = range(0, 8).map((number) =>
    pack(900_000, range(number * 1000, number * 1000 + 1000), { covers: covering(9) }),
  );
  const { inputs } = plan(large);
  expect(inputs?.length).toBeGreaterThan(1);
  expect(estimate(inputs ?? [])).toBeLessThan(3_700_000);
});

test('V16 a frozen pack thaws once most of what it holds is in others, and they fit into one', () => {
  const frozen = pack(2_400_000, range(0, 2000));
  const newer = pack(1_800_000, range(500, 2000), { covers: covering(40) });
  expect(ids(plan([frozen, newer]).inputs)).toEqual(ids([frozen, newer]));
  // Too little of it is elsewhere.
  expect(plan([frozen, pack(600_000, range(1500, 2000), { covers: covering(40) })]).inputs).toBeNull();
  // As much, but what else is in there makes both together too large.
  expect(plan([frozen, pack(3_600_000, range(500, 3500), { covers: covering(40) })]).inputs).toBeNull();
});

test('V25 a pack that must be written anew takes the smallest other one along', () => {
  const packs = [pack(3_900_000, range(0, 4000)), pack(20_000, [1]), small(2)];
  const [due, , least] = packs as [LivePack, LivePack, LivePack];
  const { inputs, rewrite } = plan(packs, { mustRewrite: new Set([due.id]) });
  expect([ids(inputs), rewrite?.id]).toEqual([ids([due, least]), due.id]);
  const alone = plan([due], { mustRewrite: new Set([due.id]) });
  expect([ids(alone.inputs), alone.rewrite?.id]).toEqual([[due.id], due.id]);
  expect(plan(packs, { mustRewrite: new Set([due.id]), weak: true }).inputs).toBeNull();
});

describe('V21', () => {
  const packs = range(0, 8).map((number) => small(number, { writer: device(number === 7 ? 2 : 1) }));

  test('the device that wrote the eighth pack merges at once', () => {
    expect(ids(plan(packs, { own: device(2) }).inputs)).toEqual(ids(packs));
    expect(plan(packs, { own: device(1) }).inputs).toBeNull();
    // A ninth doesn't make others wait anew.
    expect(plan([...packs, small(8, { writer: device(3) })], { own: device(2) }).inputs).toHaveLength(9);
  });

  test('the others wait between two and twelve hours, each for its own time, the same every time it is asked', () => {
    const waits = range(10, 60).map((number) => {
      const own = device(number);
      const turn = range(0, 1300).find(
        (step) => plan(packs, { own, waited: () => (step * HOUR) / 100 }).inputs !== null,
      );
      return (turn ?? Number.NaN) / 100;
    });
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...waits)).toBeLessThanOrEqual(12);
    expect(new Set(waits.map(Math.floor)).size).toBeGreaterThan(6);
  });

  test('before a full listing has shown the eighth there is nothing to count from, and one is asked for', () => {
    expect(plan(packs, { waited: () => null })).toMatchObject({ inputs: null, listing: true });
    expect(plan(packs, { waited: () => HOUR })).toMatchObject({ inputs: null, listing: false });
    expect(plan(packs.slice(1), { waited: () => null })).toMatchObject({ listing: false });
  });

  test('the longer the vault has become, the less they wait, and the fewer packs are enough', () => {
    const frozen = range(0, 14).map((number) => pack(3_900_000, range(number * 4000, number * 4000 + 4000)));
    const patience = (live: readonly LivePack[]) =>
      range(0, 1300).find((step) => plan(live, { own: device(5), waited: () => (step * HOUR) / 100 }).inputs !== null);
    const pushes = range(0, 16).map((number) => small(5000 + number));
    const long = patience([...frozen.slice(0, 12), ...pushes]) as number;
    expect(long).toBeGreaterThan(200);
    expect(patience([...frozen.slice(0, 13), ...pushes])).toBeLessThan(long);
    expect(patience([...frozen, ...pushes])).toBe(0);
    expect(plan([...frozen, ...pushes.slice(8)]).inputs).toBeNull();
    expect(plan([...frozen, ...frozen.slice(0, 8), ...pushes.slice(8)]).inputs).toHaveLength(8);
  });

  test('a weak device merges small packs only', () => {
    const large = range(0, 8).map((number) => pack(100_000, range(number * 100, number * 100 + 100)));
    expect(ids(plan(large).inputs)).toEqual(ids(large));
    expect(plan(large, { weak: true }).inputs).toBeNull();
    expect(
      plan(
        range(0, 8).map((number) => small(number)),
        { weak: true },
      ).inputs,
    ).toHaveLength(8);
  });

  test('when the storage is full even a few of the smallest are merged, whoever wrote them', () => {
    const few = [pack(300_000, range(0, 300)), small(1), small(2), small(3)];
    expect(plan(few).inputs).toBeNull();
    expect(plan(few, { urgent: true, own: device(9) }).inputs?.map((each) => each.size)).toContain(700);
    expect(plan([small(1)], { urgent: true }).inputs).toBeNull();
  });
});

test('V16 what is planned again and again comes to an end', () => {
  let live = range(0, 200).map((number) => small(number));
  for (let merges = 0; ; merges++) {
    expect(merges).toBeLessThan(100);
    const { inputs } = plan(live);
    if (!inputs) break;
    expect(inputs.length).toBeGreaterThan(1);
    const docs = inputs.reduce((sum, { docs }) => sum + docs.length / 16, 0);
    const one = pack(estimate(inputs), range(merges * 1000, merges * 1000 + docs), {
      covers: inputs.flatMap((each) => [...each.covers]),
    });
    live = [...live.filter((each) => !inputs.includes(each)), one];
  }
  expect(live.length).toBeLessThan(8);
});
