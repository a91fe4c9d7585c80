/**
 * What a check is, how one is run, and the visit through which it touches a place: connections are opened
 * and names made here, so that whatever was made can be removed again, whether the check passed or not.
 */
import type { Area, ObjectName, Storage } from '../storage.ts';
import { objectName } from '../storage.ts';
import { describeError, Failure, settled } from './expect.ts';
import type { Faults, Place } from './place.ts';

/** The rules of `storage.ts`. */
export type Rule = `S${number}`;

export interface Check {
  readonly rule: Rule;
  /** Begins with the rule's id. */
  readonly title: string;
  /**
   * @throws {Skipped} when the place lacks what the check needs.
   * @throws {Failure} when the place breaks the rule.
   */
  run(place: Place): Promise<void>;
}

/** Thrown by a check that can't be made at this place; the message says why. */
export class Skipped extends Error {
  override readonly name = 'Skipped';
}

export type Outcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'failed'; readonly error: unknown };

export async function runCheck(check: Check, place: Place): Promise<Outcome> {
  const result = await settled(check.run(place));
  if (result.ok) return { kind: 'passed' };
  return result.error instanceof Skipped
    ? { kind: 'skipped', reason: result.error.message }
    : { kind: 'failed', error: result.error };
}

/** One check's stay at a place. */
export interface Visit {
  readonly place: Place;
  open(): Promise<Storage>;
  /** A connection whose listings have pages of about this size. @throws {Skipped} */
  openPaged(pageSize: number): Promise<Storage>;
  /** A name of this visit; it is deleted when the visit ends. `label`: lower-case letters, digits, `-`, `.`. */
  name(area: Area, label: string): ObjectName;
  /** Whether the name was made by this visit: everything else in the account is none of its business. */
  owns(name: ObjectName): boolean;
  /** How many requests were sent until now, where the place can tell. */
  requests(): number | undefined;
  /** The place's way to arrange this fault. @throws {Skipped} */
  fault<K extends Exclude<keyof Faults, 'clear'>>(kind: K): NonNullable<Faults[K]>;
  /** Looks again and again, as long as the place allows, until `probe` gives undefined; else fails with its words. */
  eventually(what: string, probe: () => Promise<string | undefined>): Promise<void>;
  /** Waits for the promise as long as the place allows, else fails. */
  within<T>(what: string, promise: Promise<T>): Promise<T>;
}

const CLEANING_TRIES = 5;

const visits = new WeakMap<Place, number>();

function enter(place: Place, rule: Rule): { visit: Visit; leave: () => Promise<void> } {
  const number = (visits.get(place) ?? 0) + 1;
  visits.set(place, number);
  const stem = `${place.prefix}-${rule.toLowerCase()}-${number}`;
  const made = new Set<ObjectName>();

  const visit: Visit = {
    place,
    open: () => place.open(),
    openPaged(pageSize) {
      if (!place.openPaged) throw new Skipped('the place offers no way to choose the size of a page');
      return place.openPaged(pageSize);
    },
    name(area, label) {
      const name = objectName(`${area}/${stem}-${label}`);
      made.add(name);
      return name;
    },
    owns: (name) => made.has(name),
    requests: () => place.requests?.(),
    fault(kind) {
      const fault = place.faults?.[kind];
      if (!fault) throw new Skipped(`the place offers no way to arrange "${kind}"`);
      return fault;
    },
    async eventually(what, probe) {
      let last: string | undefined;
      for (let attempt = 0; attempt < place.patience.tries; attempt++) {
        if (attempt > 0) await place.patience.pause();
        last = await probe();
        if (last === undefined) return;
      }
      throw new Failure(`${what}: ${last ?? 'the place allows no try'}, also after ${place.patience.tries} looks`);
    },
    async within(what, promise) {
      let done = false;
      const result = settled(promise).finally(() => {
        done = true;
      });
      for (let attempt = 0; attempt < place.patience.tries; attempt++) {
        const end = await Promise.race([result, place.patience.pause().then(() => undefined)]);
        if (end !== undefined || done) break;
      }
      if (!done) throw new Failure(`${what}: nothing came of it, also after ${place.patience.tries} pauses`);
      const end = await result;
      if (end.ok) return end.value;
      throw end.error;
    },
  };

  /** Removes what the visit made. @throws {Failure} when the place doesn't let it. */
  async function leave(): Promise<void> {
    await place.faults?.clear();
    if (made.size === 0) return;
    for (let attempt = 1; ; attempt++) {
      const removed = await settled((async () => (await place.open()).delete([...made]))());
      if (removed.ok) return;
      if (attempt === CLEANING_TRIES)
        throw new Failure(`what the check made could not be removed: ${describeError(removed.error)}`);
      await place.patience.pause();
    }
  }

  return { visit, leave };
}

export function check(rule: Rule, title: string, body: (visit: Visit) => Promise<void>): Check {
  return {
    rule,
    title: `${rule} ${title}`,
    async run(place) {
      const { visit, leave } = enter(place, rule);
      const result = await settled(body(visit));
      const left = await settled(leave());
      // What was left behind matters, but less than why the check failed.
      for (const end of [result, left]) if (!end.ok) throw end.error;
    },
  };
}
