import { expect, test } from 'vitest';
import type { ObjectName } from '../../../backends/storage.ts';
import { type DeviceId, element, type Element } from '../coverage.ts';
import { VAULT } from '../examples/packs.ts';
import { type Holding, losses, superseded } from './losses.ts';

const DEVICE = 'd0d1d2d3d4d5d6d7d8d9dadbdcdddedf' as DeviceId;
/** The push with this number, and the name of the pack that it came in. */
const push = (number: number): Element => element(DEVICE, number, String(number).padStart(16, '0'));
const nameOf = (number: number) => `log/${VAULT}.p.${String(number).padStart(16, '0').padEnd(64, '0')}` as ObjectName;
const facts = (number: number) => ({ name: nameOf(number), size: 100 + number, time: number });

function holding(number: number, covers: readonly number[], needs: readonly number[] = []): Holding {
  return {
    name: nameOf(number),
    object: facts(number),
    covers: covers.map(push),
    with: needs.map(push),
    applied: new Set(),
  };
}

const NOTHING = {
  holdings: [],
  damaged: [],
  gone: [],
  unreadable: [],
  named: new Set<Element>(),
  applied: new Set<Element>(),
  underWay: new Set<Element>(),
};

test('a pack that leaves something to others holds nothing until they are there', () => {
  const known = { named: new Set([1, 2].map(push)), applied: new Set([1, 2].map(push)) };
  const seal = holding(9, [1, 2], [4]);
  expect(losses({ ...NOTHING, ...known, holdings: [seal] }).findings).toMatchObject([{ kind: 'missing' }]);
  expect(losses({ ...NOTHING, ...known, holdings: [seal, holding(4, [4])] }).findings).toEqual([]);
});

test('V19 only a single other pack takes the place of one, never several together', () => {
  expect(superseded([holding(1, [1]), holding(2, [2]), holding(3, [1, 2])]).map((each) => each.object?.name)).toEqual([
    nameOf(1),
    nameOf(2),
  ]);
  expect(superseded([holding(3, [1, 2]), holding(4, [1]), holding(5, [2])])).toEqual([
    { kind: 'superseded', object: facts(4), by: nameOf(3) },
    { kind: 'superseded', object: facts(5), by: nameOf(3) },
  ]);
  expect(superseded([holding(3, [1, 2]), holding(4, [2, 3]), holding(5, [1, 3])])).toEqual([]);
});

test('V19 of two that cover the same the smaller name stays', () => {
  expect(superseded([holding(2, [7, 8]), holding(1, [7, 8])])).toEqual([
    { kind: 'superseded', object: facts(2), by: nameOf(1) },
  ]);
});

test('V19 a pack that needs others takes the place of none that does without them', () => {
  expect(superseded([holding(1, [1, 2], [3]), holding(2, [1])])).toEqual([]);
  expect(superseded([holding(1, [1, 2], [3]), holding(2, [1], [3])])).toHaveLength(1);
});

test('V13 what is named and nowhere is missing; what only a newer program reads, or is on its way, is not', () => {
  const found = losses({
    ...NOTHING,
    holdings: [holding(1, [1])],
    unreadable: [facts(2)],
    underWay: new Set([push(3)]),
    named: new Set([1, 2, 3, 4, 5].map(push)),
    applied: new Set([1, 3, 4].map(push)),
  });
  expect(found.findings).toEqual([
    { kind: 'missing', object: null, elements: [push(4)], rescue: 'here' },
    { kind: 'missing', object: null, elements: [push(5)], rescue: 'nowhere' },
  ]);
  expect(found).toMatchObject({ torn: [], unnamed: true });
});

test('a damaged pack that was never read here is known by the hash in its name, when somebody named it', () => {
  const damaged = [{ object: facts(1), damage: 'bytes' as const, covers: [] }];
  const [told] = losses({ ...NOTHING, damaged, named: new Set([push(1)]) }).findings;
  expect(told).toEqual({ kind: 'damaged', object: facts(1), damage: 'bytes', elements: [push(1)], rescue: 'nowhere' });
  const [elsewhere] = losses({
    ...NOTHING,
    damaged,
    named: new Set([push(1)]),
    holdings: [holding(2, [1, 2])],
  }).findings;
  expect(elsewhere).toMatchObject({ rescue: 'elsewhere' });
  const [unknown] = losses({ ...NOTHING, damaged }).findings;
  expect(unknown).toMatchObject({ elements: [], rescue: 'nowhere' });
});

test('what went with several packs is missed once', () => {
  const found = losses({
    ...NOTHING,
    gone: [
      { object: facts(1), covers: [push(1)] },
      { object: facts(9), covers: [push(1), push(2)] },
    ],
    named: new Set([1, 2].map(push)),
    applied: new Set([1, 2].map(push)),
  });
  expect(found.findings).toEqual([
    { kind: 'missing', object: facts(1), elements: [push(1)], rescue: 'here' },
    { kind: 'missing', object: facts(9), elements: [push(2)], rescue: 'here' },
  ]);
  expect(found).toMatchObject({ torn: [nameOf(1), nameOf(9)], unnamed: false });
});
