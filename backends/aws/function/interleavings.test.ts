/**
 * Writers that get in each other's way, crash between any two steps, and try again. Each call of the table and
 * the store is a step; fast-check chooses the order of the steps of all writers, and where they die.
 */

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { objectName } from '../../storage.ts';
import { bodyKey } from '../protocol.ts';
import { deleteObjects } from './deleting.ts';
import { Failure } from './failure.ts';
import { memoryBodies } from './memory/bodies.ts';
import { memoryTable } from './memory/table.ts';
import { getObject, type ObjectDeps, putObject, registerObject, usage } from './objects.ts';
import type { BodyStore, ObjectTable } from './ports.ts';
import { sha256 } from './testing/world.ts';
import { logFrom } from './log.ts';
import { sweep } from './sweep.ts';

const DAY = 86_400_000;
const NAMES = ['log/a', 'log/b'] as const;
const CONTENTS = ['x', 'other'] as const;

type Deed =
  | { readonly does: 'put'; readonly name: string; readonly content: string }
  | { readonly does: 'register'; readonly name: string; readonly content: string }
  | { readonly does: 'delete'; readonly names: readonly string[] }
  | { readonly does: 'sweep' };

/** What a writer saw happen: answered, refused, or dead in the middle. */
type Outcome = 'done' | 'refused' | 'crashed';

class Crash extends Error {}

/** `step` is called before each call, and again after it, so that a crash may lose the call or only its answer. */
function stepping<T extends object>(port: T, step: () => Promise<void>): T {
  return new Proxy(port, {
    get: (target, name) => {
      const call: unknown = Reflect.get(target, name);
      if (typeof call !== 'function') return call;
      return async (...args: unknown[]): Promise<unknown> => {
        await step();
        const answer: unknown = await Reflect.apply(call, target, args);
        await step();
        return answer;
      };
    },
  });
}

type Place = ReturnType<typeof place>;

function place() {
  let time = Date.UTC(2031, 0, 1);
  let ids = 0;
  const table = memoryTable();
  const bodies = memoryBodies({ now: () => time });
  const deps = (step: () => Promise<void>): ObjectDeps => ({
    table: stepping<ObjectTable>(table, step),
    bodies: stepping<BodyStore>(bodies, step),
    limits: {},
    now: () => time,
    sleep: step,
    random: () => 0.5,
    freshId: () => `id${ids++}`,
  });
  const calm = deps(async () => {});
  const upload = (content: string) => {
    const body = { size: content.length, sha256: sha256(content) };
    if (!bodies.keys().includes(bodyKey('ann', body.sha256))) bodies.upload(bodyKey('ann', body.sha256), body);
    return body;
  };
  const perform = async (using: ObjectDeps, deed: Deed): Promise<Outcome> => {
    try {
      if (deed.does === 'put') {
        const bytes = Buffer.from(deed.content);
        await putObject(using, 'ann', objectName(deed.name), { bytes, sha256: sha256(bytes) });
      }
      if (deed.does === 'register') await registerObject(using, 'ann', objectName(deed.name), upload(deed.content));
      if (deed.does === 'delete') await deleteObjects(using, 'ann', deed.names.map(objectName));
      if (deed.does === 'sweep') await sweep(using, Infinity);
      return 'done';
    } catch (error) {
      if (error instanceof Crash) return 'crashed';
      if (error instanceof Failure) return 'refused';
      throw error;
    }
  };
  return { table, bodies, calm, deps, perform, advance: (ms: number) => void (time += ms) };
}

/** What is there as a device would see it, by the log and then each object, and all that is wrong with it. */
async function inspect({ calm, bodies }: Place): Promise<{ names: readonly string[]; wrong: readonly string[] }> {
  const { records } = await logFrom(calm.table, 'ann#log', 0);
  const there = new Map<string, { size: number; id: string }>();
  const begun = new Set<string>();
  const wrong: string[] = [];
  for (const { seq, kind, name, size, id } of records) {
    if (kind === 'removed' && there.get(name)?.id === id) there.delete(name);
    if (kind === 'removed') continue;
    if (begun.has(id)) wrong.push(`${seq}: a life begins twice`);
    if (there.has(name)) wrong.push(`${seq}: two lives have one name`);
    begun.add(id);
    there.set(name, { size, id });
  }
  for (const [name, { size }] of there) {
    const found = await getObject(calm, 'ann', objectName(`log/${name}`));
    if (!found) wrong.push(`${name} is listed and not there`);
    else if (found.place === 's3') {
      if (!bodies.keys().includes(bodyKey('ann', found.sha256))) wrong.push(`${name} has no body`);
    } else if (found.bytes.length !== size || sha256(found.bytes) !== found.sha256) wrong.push(`${name} is damaged`);
  }
  const used = await usage(calm, 'ann');
  const bytes = [...there.values()].reduce((sum, { size }) => sum + size, 0);
  if (used.bytes !== bytes || used.objects !== there.size) wrong.push('What is there is miscounted');
  return { names: [...there.keys()].map((name) => `log/${name}`).sort(), wrong };
}

const sound = (...names: readonly string[]) => ({ names, wrong: [] });

const aName = fc.constantFrom(...NAMES);
const aContent = fc.constantFrom(...CONTENTS);
const aDeed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ does: fc.constant('put' as const), name: aName, content: aContent }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('register' as const), name: aName, content: aContent }) },
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant('delete' as const), names: fc.uniqueArray(aName, { minLength: 1 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ does: 'sweep' as const }) },
);

describe('Writers in each other’s way', () => {
  it('leave a log that is true to what is there, whatever the order of their steps', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(aDeed, { minLength: 2, maxLength: 6 }), async (scheduler, deeds) => {
        const here = place();
        const using = here.deps(() => scheduler.schedule(Promise.resolve()));
        const outcomes = Promise.all(deeds.map((deed) => here.perform(using, deed)));
        await scheduler.waitFor(outcomes);
        expect((await inspect(here)).wrong).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('leave it so too when they die between two steps, and everything heals when they try again', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.tuple(aDeed, fc.nat({ max: 40 })), { minLength: 1, maxLength: 5 }),
        async (scheduler, deeds) => {
          const here = place();
          const outcomes = Promise.all(
            deeds.map(([deed, steps]) => {
              let left = steps;
              const dying = here.deps(async () => {
                await scheduler.schedule(Promise.resolve());
                if (left-- <= 0) throw new Crash();
              });
              return here.perform(dying, deed);
            }),
          );
          await scheduler.waitFor(outcomes);
          // A lease of somebody who died has run out, and so has the patience with what they began.
          here.advance(DAY);
          for (const name of NAMES)
            expect(await here.perform(here.calm, { does: 'put', name, content: 'x' })).not.toBe('crashed');
          await here.perform(here.calm, { does: 'delete', names: NAMES });
          expect(await inspect(here)).toEqual(sound());
          for (const name of NAMES)
            expect(await here.perform(here.calm, { does: 'register', name, content: 'x' })).toBe('done');
          expect(await inspect(here)).toEqual(sound(...NAMES));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('never lose what was answered, but to a deletion', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.oneof(aDeed.filter((deed) => deed.does !== 'delete')), { minLength: 2, maxLength: 6 }),
        async (scheduler, deeds) => {
          const here = place();
          const using = here.deps(() => scheduler.schedule(Promise.resolve()));
          const outcomes = Promise.all(deeds.map((deed) => here.perform(using, deed)));
          await scheduler.waitFor(outcomes);
          const { names, wrong } = await inspect(here);
          expect(wrong).toEqual([]);
          const done = await outcomes;
          for (const [n, deed] of deeds.entries()) {
            if (done[n] !== 'done' || (deed.does !== 'put' && deed.does !== 'register')) continue;
            expect(names).toContain(deed.name);
            const found = await getObject(here.calm, 'ann', objectName(deed.name));
            expect(found?.sha256).toBe(sha256(deed.content));
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('One writer who dies', () => {
  const deeds: readonly Deed[] = [
    { does: 'put', name: 'log/a', content: 'x' },
    { does: 'register', name: 'log/a', content: 'x' },
    { does: 'delete', names: NAMES },
  ];
  for (const deed of deeds) {
    it(`before or after any call of a ${deed.does} ends it by trying again`, async () => {
      let survived = false;
      for (let dies = 0; !survived; dies++) {
        const here = place();
        if (deed.does === 'delete') {
          for (const name of NAMES) await here.perform(here.calm, { does: 'register', name, content: 'x' });
        }
        let left = dies;
        const dying = here.deps(async () => {
          if (left-- <= 0) throw new Crash();
        });
        survived = (await here.perform(dying, deed)) === 'done';
        expect((await inspect(here)).wrong).toEqual([]);
        expect(await here.perform(here.calm, deed)).toBe('done');
        expect(await inspect(here)).toEqual(deed.does === 'delete' ? sound() : sound('log/a'));
        // What a dead one held in the store, the sweep takes when its lease has run out.
        here.advance(2 * DAY);
        await here.perform(here.calm, { does: 'sweep' });
        const bodies = deed.does === 'register' ? [bodyKey('ann', sha256('x'))] : [];
        expect(here.bodies.keys()).toEqual(bodies);
      }
    });
  }

  it('leaves a name that other bytes can have once nobody can be writing it any more', async () => {
    const here = place();
    let left = 4;
    const dying = here.deps(async () => {
      if (left-- <= 0) throw new Crash();
    });
    expect(await here.perform(dying, { does: 'put', name: 'log/a', content: 'x' })).toBe('crashed');
    const others: Deed = { does: 'put', name: 'log/a', content: 'other' };
    expect(await here.perform(here.calm, others)).toBe('refused');
    here.advance(15 * 60_000 + 1);
    expect(await here.perform(here.calm, others)).toBe('done');
    expect(await inspect(here)).toEqual(sound('log/a'));
  });
});
