import { expect, test } from 'vitest';
import type { Finding, ObjectFacts, Repaired } from '../../engine/api.ts';
import { en } from '../strings/en.ts';
import { findingGroups, repairGroups } from './finding-groups.ts';

const facts = (name: string): ObjectFacts => ({ name: `log/${name}` as ObjectFacts['name'], size: 1000, time: 5 });
const elements = (count: number) =>
  Array.from({ length: count }, (_, number) => `device/${number}/hash`) as unknown as (Finding & {
    kind: 'missing';
  })['elements'];
const missing = (name: string | null, rescue: 'here' | 'nowhere', count = 1) =>
  ({
    kind: 'missing',
    object: name === null ? null : facts(name),
    elements: elements(count),
    rescue,
  }) as const satisfies Finding;

const damaged = (name: string, damage: 'bytes' | 'length') =>
  ({ kind: 'damaged', object: facts(name), damage, elements: elements(1), rescue: 'elsewhere' }) as const;

const texts = (findings: readonly Finding[]) =>
  findingGroups(en, 'Dropbox', findings).map(({ tone, text }) => `${tone}: ${text}`);

test('what is of one kind is told in one sentence, what matters first', () => {
  expect(
    texts([
      { kind: 'superseded', object: facts('old'), by: facts('new').name },
      missing('one', 'here'),
      { kind: 'foreign', object: facts('cat.jpg'), what: 'file' },
      missing('two', 'here'),
      missing('three', 'nowhere'),
    ]),
  ).toEqual([
    'trouble: 2 objects are missing. This device still has what was in them.',
    'trouble: 1 object is missing, and this device hasn’t got what was in it. Open Satchel on your other devices and check there.',
    'note: 1 object isn’t needed any more: another one holds all of it. Satchel removes it by itself after a while.',
    'note: 1 file isn’t Satchel’s. It does no harm and was left alone.',
  ]);
});

test('changes that are only named are counted one by one', () => {
  expect(texts([missing(null, 'nowhere', 3)])).toEqual([
    'trouble: Other devices speak of 3 changes that are neither in the storage nor on this device. Open Satchel on your other devices and check there.',
  ]);
});

test('damage with which nothing is lost is no trouble, and each object says what is wrong with it', () => {
  const [group] = findingGroups(en, 'Dropbox', [damaged('one', 'bytes'), damaged('two', 'length')]);
  expect(group?.tone).toBe('note');
  expect(group?.objects.map(({ name, detail }) => [name, detail])).toEqual([
    ['log/one', 'these aren’t the bytes that were stored'],
    ['log/two', 'it’s longer or shorter than it should be'],
  ]);
});

test('every kind of finding has words of its own', () => {
  const object = facts('x');
  const all: readonly Finding[] = [
    missing('x', 'here'),
    missing('x', 'nowhere'),
    missing(null, 'here'),
    missing(null, 'nowhere'),
    ...(['here', 'nowhere', 'elsewhere'] as const).map(
      (rescue) => ({ kind: 'damaged', object, damage: 'head', elements: [], rescue }) as const,
    ),
    ...(['here', 'nowhere'] as const).flatMap(
      (rescue) =>
        [
          { kind: 'slot-missing', object, rescue },
          { kind: 'slot-damaged', object, rescue },
        ] as const,
    ),
    { kind: 'late', object, lacks: 'listing' },
    { kind: 'late', object, lacks: 'read' },
    { kind: 'foreign', object, what: 'vault' },
    { kind: 'foreign', object, what: 'file' },
    { kind: 'unmentioned', object },
    { kind: 'newer', object, what: 'format' },
    { kind: 'locked', object },
    { kind: 'superseded', object, by: object.name },
  ];
  const told = texts(all);
  expect(new Set(told).size).toBe(all.length);
});

test('a repair says what came back, what was well, and what did not come back and why', () => {
  const loss = missing('one', 'here');
  const repaired: readonly Repaired[] = [
    { loss, outcome: { kind: 'put-back' } },
    { loss: missing(null, 'here', 2), outcome: { kind: 'put-back' } },
    { loss, outcome: { kind: 'well' } },
    { loss, outcome: { kind: 'elsewhere' } },
    { loss, outcome: { kind: 'not', why: 'not-here' } },
    { loss, outcome: { kind: 'not', why: 'full' } },
  ];
  const groups = repairGroups(en, 'Dropbox', { began: 1, repaired });
  expect(groups.map(({ tone, text }) => `${tone}: ${text}`)).toEqual([
    'good: 3 were put back from this device.',
    'good: 1 could be read after all.',
    'trouble: 1 couldn’t be put back: this device hasn’t got it. Open Satchel on your other devices and check there.',
    'trouble: 1 couldn’t be put back: Dropbox is full.',
  ]);
  expect(groups[0]?.objects.map(({ name }) => name)).toEqual(['log/one']);
});
