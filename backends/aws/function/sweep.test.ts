import { describe, expect, it } from 'vitest';
import { bodyKey } from '../protocol.ts';
import { holdBody, removeUnheld } from './bodies.ts';
import { sweep } from './sweep.ts';
import { createWorld, failure, sha256 } from './testing/world.ts';

const DAY = 86_400_000;

function open(pageSize = 3) {
  const created = createWorld({ pageSize });
  const world = { ...created, ...created.cloud, bodies: created.bodies };
  const upload = (sub: string, content: string) =>
    world.bodies.upload(bodyKey(sub, sha256(content)), { size: content.length, sha256: sha256(content) });
  return { world, upload };
}

function keyOf(sub: string, content: string): string {
  return bodyKey(sub, sha256(content));
}

describe('The sweep', () => {
  it('removes what was uploaded more than a day ago and not registered, and nothing else', async () => {
    const { world, upload } = open();
    const [ann, bob] = [world.person('ann'), world.person('bob')];
    const kept: string[] = [];
    for (let n = 0; n < 7; n++) {
      await ann.putLarge(`files/f${n}`, `hers ${n}`);
      await bob.putLarge(`files/f${n}`, `his ${n}`);
      kept.push(keyOf('ann', `hers ${n}`), keyOf('bob', `his ${n}`));
      upload('ann', `forgotten ${n}`);
    }
    world.bodies.upload('bodies/not-ours', { size: 1 });
    world.bodies.upload('elsewhere/x', { size: 1 });
    world.advance(DAY + 1);
    upload('ann', 'just now');
    const swept = await sweep(world, Infinity);
    expect(swept).toMatchObject({ removed: 7, unfinished: false });
    const left = [...kept, keyOf('ann', 'just now'), 'bodies/not-ours', 'elsewhere/x'].sort();
    expect(world.bodies.keys()).toEqual(left);
    expect(await ann.names('files')).toHaveLength(7);
  });

  it('goes on where it ran out of time', async () => {
    const { world, upload } = open();
    for (let n = 0; n < 9; n++) upload('ann', `forgotten ${n}`);
    world.advance(DAY + 1);
    const limited = { ...world, now: () => (world.bodies.keys().length <= 6 ? world.now() + 1000 : world.now()) };
    expect(await sweep(limited, world.now() + 500)).toMatchObject({ removed: 3, unfinished: true });
    expect(await sweep(world, Infinity)).toMatchObject({ seen: 6, removed: 6, unfinished: false });
    expect(world.bodies.keys()).toEqual([]);
  });

  it('starts from the beginning again once it has seen all', async () => {
    const { world, upload } = open();
    await sweep(world, Infinity);
    upload('ann', 'forgotten');
    world.advance(DAY + 1);
    expect(await sweep(world, Infinity)).toMatchObject({ removed: 1 });
  });
});

describe('A body that is being removed', () => {
  it('can’t be registered until it is gone, and can be uploaded and registered then', async () => {
    const { world, upload } = open();
    const ann = world.person('ann');
    upload('ann', 'film');
    const stuck = new Promise<never>(() => {});
    const slow = { ...world, bodies: { ...world.bodies, remove: () => stuck } };
    void removeUnheld(slow, 'ann', sha256('film'));
    await new Promise((resolve) => setImmediate(resolve));
    const body = { size: 4, sha256: sha256('film') };
    const refused = await ann.register('files/film', body);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await failure(refused)).toMatchObject({ status: 503, error: 'Unavailable' });
    // Whoever was removing is long dead.
    world.advance(15 * 60_000 + 1);
    expect((await ann.register('files/film', body)).status).toBe(201);
  });

  it('is not removed once a name holds it', async () => {
    const { world, upload } = open();
    upload('ann', 'film');
    await holdBody(world, 'ann', sha256('film'), 'files/film#1');
    expect(await removeUnheld(world, 'ann', sha256('film'))).toBe(false);
    expect(world.bodies.keys()).toHaveLength(1);
  });
});
