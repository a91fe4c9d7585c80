/**
 * Which large bodies are registered, and under which names. Clients upload by themselves, so a body may be in the
 * store that nobody has registered, and one body may be registered under several names.
 *
 * Removing from the store can't be made conditional on anything in the table, and whoever does it may be late
 * by as long as a function lives. So whoever removes takes a lease as long as that, and while it runs the body can't be
 * registered. Normally it is given back within milliseconds.
 */

import { bodyKey } from '../protocol.ts';
import { Failure } from './failure.ts';
import { bodiesPartition, count, type Subject, text } from './layout.ts';
import type { BodyStore, Item, Key, ObjectTable, Surroundings } from './ports.ts';

/** Lambda ends whatever runs for a quarter of an hour. */
export const LEASE = 15 * 60_000;
/** Sealed objects under two names have two bodies but by design; the bound keeps the item small. */
const MOST_NAMES = 100;

interface Deps extends Surroundings {
  readonly table: ObjectTable;
  readonly bodies: BodyStore;
}

interface Registration {
  /** With their areas. */
  readonly names: readonly string[];
  /** When the lease of whoever removes the body ends; 0: nobody does. */
  readonly lease: number;
  /** Of the last write, so that two writers don't overwrite each other. */
  readonly version: string;
}

/**
 * Notes that the name needs the body, before anybody looks whether it is there: after this it isn't removed.
 * @throws {Failure} Unavailable while it is being removed
 */
export async function holdBody(deps: Deps, sub: Subject, sha256: string, name: string): Promise<void> {
  await rewrite(deps, sub, sha256, (now) => {
    if (now.lease > deps.now()) throw new Failure('Unavailable', 'That body is just being removed', 1);
    if (now.names.includes(name)) return undefined;
    if (now.names.length >= MOST_NAMES) throw new Failure('Rejected', 'Too many names for one body');
    return { names: [...now.names, name], lease: 0 };
  });
}

/** The name needs the body no more; once no name does, it is removed. */
export async function releaseBody(deps: Deps, sub: Subject, sha256: string, name: string): Promise<void> {
  await rewrite(deps, sub, sha256, ({ names, lease }) =>
    names.includes(name) ? { names: names.filter((one) => one !== name), lease } : undefined,
  );
  await removeUnheld(deps, sub, sha256);
}

/** Removes the body if no name needs it, and says whether it did. What another is removing is left to that one. */
export async function removeUnheld(deps: Deps, sub: Subject, sha256: string): Promise<boolean> {
  const leased = await rewrite(deps, sub, sha256, ({ names, lease }) =>
    names.length > 0 || lease > deps.now() ? undefined : { names, lease: deps.now() + LEASE },
  );
  if (!leased) return false;
  await deps.bodies.remove([bodyKey(sub, sha256)]);
  await deps.table.remove(registrationKey(sub, sha256), { version: leased });
  return true;
}

/** Reads, lets `next` decide, and writes if nobody wrote in between. Gives the new version, or `undefined` where there was nothing to write. */
async function rewrite(
  deps: Deps,
  sub: Subject,
  sha256: string,
  next: (now: Registration) => Omit<Registration, 'version'> | undefined,
): Promise<string | undefined> {
  const key = registrationKey(sub, sha256);
  for (;;) {
    const item = await deps.table.get(key);
    const now = item ? readRegistration(item) : { names: [], lease: 0, version: '' };
    const wanted = next(now);
    if (!wanted) return undefined;
    const version = deps.freshId();
    const fields = { names: JSON.stringify(wanted.names), lease: wanted.lease, version };
    const written = item
      ? await deps.table.change(key, { set: fields }, { version: now.version })
      : await deps.table.add({ ...key, ...fields });
    if (written) return version;
    await deps.sleep(deps.random() * 20);
  }
}

export function readRegistration(item: Item): Registration {
  return {
    names: JSON.parse(text(item, 'names')) as string[],
    lease: count(item, 'lease'),
    version: text(item, 'version'),
  };
}

function registrationKey(sub: Subject, sha256: string): Key {
  return { pk: bodiesPartition(sub), sk: sha256 };
}
