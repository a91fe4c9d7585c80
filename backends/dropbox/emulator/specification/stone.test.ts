import { describe, expect, it } from 'vitest';
import { createConformance } from './conforms.ts';
import { parseStone, parseType } from './stone.ts';

const SOURCE = `namespace zoo
    "All animals."

import common

alias Name = String(min_length=1, max_length=5, pattern="[a-z, ()]+")

alias Born = Timestamp("%Y-%m-%dT%H:%M:%SZ")

struct Animal
    "A text that runs
    over two lines, with struct Fake in it."
    union_closed
        cat Cat
        fish Fish
    name Name
        "Its name."

    example default
        cat = default

struct Cat extends Animal
    lives UInt32(max_value=9) = 9
        @common.Deprecated
        "How many."
    born Born?

struct Fish extends Animal
    friends List(Name, max_items=2)

struct Food
    grams UInt64

union Mood
    calm
        "Void."
    angry Name
    hungry Food
    near Animal

union_closed Bad extends Mood
    sick String?

route feed/all:2 (Food, Animal, Bad)
    "Feeds."

    attrs
        host = "content"
        scope = "zoo.write"
`;

const zoo = parseStone([SOURCE]);
const check = createConformance(zoo);
const problems = (type: string, value: unknown) => check(parseType(type, 'zoo'), value, 'it');

describe('Stone', () => {
  it('reads a route with its version and attributes', () => {
    expect(zoo.routes.get('zoo/feed/all_v2')).toMatchObject({
      argument: { name: 'zoo.Food' },
      result: { name: 'zoo.Animal' },
      error: { name: 'zoo.Bad' },
      attributes: { host: 'content', scope: 'zoo.write' },
    });
  });

  it.each([
    ['Animal', { '.tag': 'cat', name: 'tom', born: '2026-01-02T03:04:05Z' }],
    ['Animal', { '.tag': 'cat', name: 'tom', lives: 3, born: null }],
    ['Cat', { name: 'tom' }],
    ['Fish', { name: 'a, (b)'.slice(0, 5), friends: ['x', 'y'] }],
    ['Mood', { '.tag': 'calm' }],
    ['Mood', 'calm'],
    ['Mood', { '.tag': 'other' }],
    ['Mood', { '.tag': 'angry', angry: 'grr' }],
    ['Mood', { '.tag': 'hungry', grams: 3 }],
    ['Mood', { '.tag': 'near', near: { '.tag': 'cat', name: 'tom' } }],
    ['Bad', { '.tag': 'sick' }],
    ['Bad', { '.tag': 'calm' }],
    ['Void', null],
  ])('takes what fits %s: %j', (type, value) => {
    expect(problems(type, value)).toEqual([]);
  });

  it.each([
    ['Animal', { name: 'tom' }, 'none of the subtypes'],
    ['Cat', {}, '"name" is missing'],
    ['Cat', { name: 'tom', tail: 1 }, 'no field "tail"'],
    ['Cat', { name: 'tom', '.tag': 'cat' }, 'no field ".tag"'],
    ['Cat', { name: 'tom', lives: 10 }, 'out of bounds'],
    ['Cat', { name: 'tom', lives: 1.5 }, 'whole number'],
    ['Cat', { name: 'thomas' }, 'longer than 5'],
    ['Cat', { name: '' }, 'shorter than 1'],
    ['Cat', { name: 'TOM' }, 'does not match'],
    ['Cat', { name: 'tom', born: '2026-01-02T03:04:05.000Z' }, 'no time in the form'],
    ['Fish', { name: 'x', friends: ['a', 'b', 'c'] }, 'more than 2'],
    ['Fish', { name: 'x', friends: null }, 'expected a list'],
    ['Mood', { '.tag': 'bored' }, 'no tag "bored"'],
    ['Bad', { '.tag': 'other' }, 'no tag "other"'],
    ['Mood', { '.tag': 'calm', calm: 1 }, 'holds nothing'],
    ['Mood', { '.tag': 'angry' }, 'lacks what it should hold'],
    ['Mood', { '.tag': 'hungry', hungry: { grams: 3 } }, 'no field "hungry"'],
    ['Mood', { '.tag': 'near', name: 'tom' }, 'lacks what it should hold'],
    ['Void', {}, 'nobody checks'],
  ])('finds what does not fit %s: %j', (type, value, problem) => {
    expect(problems(type, value).join('\n')).toContain(problem);
  });
});
