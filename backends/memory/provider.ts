/**
 * The far side of the memory storage: one account with its objects, behind any number of connections. Tests
 * and simulators hold it to look at what is truly stored, to damage it, and to make requests go wrong.
 */
import { unlessAborted } from '../abort.ts';
import type { Hold, HoldMoment, Operation } from '../conformance/place.ts';
import { AREAS, areaOf, StorageError } from '../storage.ts';
import type { Area, ChangesPage, Cursor, ObjectName } from '../storage.ts';
import { createFeed, type Feed, type FeedSwitches } from './feed.ts';
import { createGates } from './gates.ts';

export interface MemoryDeps {
  /** The provider's clock, in ms since 1970. */
  readonly now: () => number;
  /** Rejects with the signal's reason. Only called where a switch asks for a wait. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** What the provider believes the time to be, and writes on objects, in ms since 1970. Without it, `now`. */
  readonly stamp?: () => number;
  /** Hears of every change of what is truly stored, at the moment when it happens. */
  readonly changed?: (change: MemoryChange) => void;
}

export interface MemoryChange {
  readonly kind: 'added' | 'removed' | 'damaged';
  readonly name: ObjectName;
  /** `owner`: not through a connection, but as a person does in the provider's own app, or as a disk does when it rots. */
  readonly by: 'request' | 'owner';
}

/** May be changed at any time. */
export interface MemorySwitches extends FeedSwitches {
  /** Shortest and longest way of a request, and of its answer, in ms. */
  delay: readonly [shortest: number, longest: number];
  visibility: number;
  order: FeedSwitches['order'];
  staleness: number;
  pageSize: number;
  emptyPages: number;
  /** Bytes; undefined: no limit. */
  quota: number | undefined;
}

export interface MemoryObject {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** ms since 1970, by the provider's clock. */
  readonly time: number;
}

/** What an answer holds in place of what was asked for, when `answer` is armed. */
type Damage = 'truncated' | 'foreign';

/** `announced`: the length that the answer gives in its head; the bytes are what arrived. */
interface Download {
  readonly announced: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export type Answer<T> =
  | { readonly kind: 'answer'; readonly value: T }
  | { readonly kind: 'foreign'; readonly text: string };

/** The requests that a connection can send. Each rejects with a StorageError or the signal's reason. */
interface MemoryApi {
  upload(
    token: string,
    name: ObjectName,
    bytes: Uint8Array<ArrayBuffer>,
    signal: AbortSignal | undefined,
  ): Promise<Answer<undefined>>;
  download(
    token: string,
    name: ObjectName,
    range: readonly [start: number, end: number],
    signal: AbortSignal | undefined,
  ): Promise<Answer<Download>>;
  list(
    token: string,
    area: Area,
    cursor: Cursor | undefined,
    pageSize: number | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Answer<ChangesPage>>;
  remove(token: string, names: readonly ObjectName[], signal: AbortSignal | undefined): Promise<Answer<undefined>>;
  wait(token: string, area: Area, cursor: Cursor, signal: AbortSignal): Promise<Answer<undefined>>;
  account(
    token: string,
    signal: AbortSignal | undefined,
  ): Promise<Answer<{ readonly id: string; readonly label: string; readonly used: number; readonly quota?: number }>>;
}

export interface MemoryProvider {
  readonly api: MemoryApi;
  readonly switches: MemorySwitches;
  readonly now: () => number;
  /** A new token for the account. */
  readonly grant: () => string;
  /** Every token given out. */
  readonly tokens: () => readonly string[];
  /** Makes every token given out until now worthless. */
  readonly revokeAll: () => void;
  /** Requests received until now. */
  readonly requests: () => number;

  /** What is truly stored at this moment, whatever a listing says. Not a copy: look, don't touch. */
  readonly objects: () => ReadonlyMap<ObjectName, MemoryObject>;
  /** Bytes stored. */
  readonly used: () => number;
  /** Changes stored bytes behind everybody's back; no event tells. */
  readonly corrupt: (name: ObjectName, change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>) => void;
  /** Removes objects as their owner does in the provider's own app. `announced` false: the feed never tells. */
  readonly lose: (names: readonly ObjectName[], options?: { readonly announced?: boolean }) => void;
  /** Loses everything, as when the owner empties the folder. */
  readonly wipe: () => void;
  /** Makes the storage what it was when this copy of `objects()` was made, as when the owner takes back an old backup. */
  readonly restore: (copy: ReadonlyMap<ObjectName, MemoryObject>) => void;

  readonly expireCursors: () => void;
  /** The operation's next request fails with this, and nothing is done. */
  readonly failNext: (operation: Operation, error: StorageError) => void;
  /** The operation's next answer is damaged; a foreign answer means that nothing was done. */
  readonly damageNext: (operation: Operation, damage: Damage) => void;
  readonly hold: (operation: Operation, moment: HoldMoment) => Hold;
  /** Takes back what was armed and not met, and releases what is held. */
  readonly disarm: () => void;
}

const LOGIN_PAGE = '<!doctype html><html><title>Sign in to the hotel network</title></html>';

const DEFAULTS: MemorySwitches = {
  delay: [0, 0],
  visibility: 0,
  order: 'together',
  staleness: 0,
  pageSize: 1000,
  emptyPages: 0,
  quota: undefined,
};

function digits(random: () => number): string {
  return Math.floor(random() * 0x1_0000_0000)
    .toString(16)
    .padStart(8, '0');
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

export function createMemoryProvider(deps: MemoryDeps, choice: Partial<MemorySwitches> = {}): MemoryProvider {
  const switches: MemorySwitches = { ...DEFAULTS, ...choice };
  const objects = new Map<ObjectName, MemoryObject>();
  const feeds: Record<Area, Feed> = {
    log: createFeed('log', switches, deps),
    files: createFeed('files', switches, deps),
  };
  const tokens: string[] = [];
  const valid = new Set<string>();
  const accountId = `account-${digits(deps.random)}`;
  /** Woken whenever something happens that a waiting request has to look at. */
  const listeners = new Set<() => void>();
  let armed: { readonly operation: Operation; readonly effect: StorageError | Damage }[] = [];
  const gates = createGates();
  let stored = 0;
  let requests = 0;

  const ring = () => {
    for (const listener of listeners) listener();
  };

  const stamp = deps.stamp ?? deps.now;

  function lose(names: readonly ObjectName[], announced: boolean, by: MemoryChange['by']): void {
    for (const name of names) {
      stored -= objects.get(name)?.bytes.length ?? 0;
      if (!objects.delete(name)) continue;
      feeds[areaOf(name)].record({ kind: 'removed', name }, announced);
      deps.changed?.({ kind: 'removed', name, by });
    }
    ring();
  }

  function keep(name: ObjectName, bytes: Uint8Array<ArrayBuffer>, by: MemoryChange['by']): void {
    const time = stamp();
    objects.set(name, { bytes, time });
    stored += bytes.length;
    feeds[areaOf(name)].record({ kind: 'added', name, size: bytes.length, time }, true);
    deps.changed?.({ kind: 'added', name, by });
    ring();
  }

  async function travel(signal: AbortSignal | undefined): Promise<void> {
    const [shortest, longest] = switches.delay;
    const ms = Math.floor(shortest + deps.random() * (longest - shortest));
    // Without a delay a request still takes a turn, as any request does.
    await (longest > 0 ? deps.sleep(ms, signal) : undefined);
    signal?.throwIfAborted();
  }

  function authorise(token: string): void {
    if (!valid.has(token)) throw new StorageError('Unauthorized', 'the memory provider does not know this token');
  }

  /** One request: there, done, and back. */
  async function request<T>(
    operation: Operation,
    token: string,
    signal: AbortSignal | undefined,
    act: () => T | Promise<T>,
    truncate: (value: T) => T = (value) => value,
  ): Promise<Answer<T>> {
    signal?.throwIfAborted();
    requests++;
    await travel(signal);
    await gates.pass(operation, 'request', signal);
    authorise(token);
    const fault = armed.find((each) => each.operation === operation);
    armed = armed.filter((each) => each !== fault);
    if (fault?.effect instanceof StorageError) throw fault.effect;
    if (fault?.effect === 'foreign') return { kind: 'foreign', text: LOGIN_PAGE };
    const value = await act();
    await gates.pass(operation, 'reply', signal);
    await travel(signal);
    return { kind: 'answer', value: fault?.effect === 'truncated' ? truncate(value) : value };
  }

  const api: MemoryApi = {
    upload: (token, name, bytes, signal) =>
      request('put', token, signal, () => {
        const there = objects.get(name);
        if (there) {
          if (sameBytes(there.bytes, bytes)) return undefined;
          throw new StorageError('Taken', `other bytes are stored as ${name}`);
        }
        if (switches.quota !== undefined && stored + bytes.length > switches.quota)
          throw new StorageError('QuotaExceeded', `the memory storage is full: it holds ${switches.quota} bytes`);
        keep(name, bytes, 'request');
        return undefined;
      }),

    download: (token, name, [start, end], signal) =>
      request(
        'get',
        token,
        signal,
        () => {
          const there = objects.get(name);
          if (!there) throw new StorageError('NotFound', `nothing is stored as ${name}`);
          const bytes = there.bytes.slice(start, Math.max(start, end));
          return { announced: bytes.length, bytes };
        },
        ({ announced, bytes }) => ({ announced, bytes: bytes.slice(0, Math.floor(bytes.length / 2)) }),
      ),

    list: (token, area, cursor, pageSize, signal) =>
      request('changes', token, signal, () => feeds[area].page(cursor, pageSize ?? switches.pageSize)),

    remove: (token, names, signal) =>
      request('delete', token, signal, () => {
        lose(names, true, 'request');
        return undefined;
      }),

    wait: (token, area, cursor, signal) =>
      request('watch', token, signal, async () => {
        for (;;) {
          authorise(token);
          const news = feeds[area].news(cursor);
          if (news !== undefined && news <= deps.now()) return undefined;
          await wakeUp(news === undefined ? undefined : news - deps.now(), signal);
        }
      }),

    account: (token, signal) =>
      request('about', token, signal, () => ({
        id: accountId,
        label: 'Memory of this program',
        used: stored,
        ...(switches.quota === undefined ? {} : { quota: switches.quota }),
      })),
  };

  /** Until something happens in the account, or `ms` have gone by. */
  async function wakeUp(ms: number | undefined, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    const wake = () => woken.abort();
    listeners.add(wake);
    signal.addEventListener('abort', wake, { once: true });
    try {
      const rung = unlessAborted(new Promise<never>(() => undefined), woken.signal);
      const late = ms === undefined ? rung : deps.sleep(ms, woken.signal);
      await Promise.race([rung, late]).catch((error: unknown) => {
        if (!woken.signal.aborted) throw error;
      });
    } finally {
      wake();
      listeners.delete(wake);
      signal.removeEventListener('abort', wake);
    }
    signal.throwIfAborted();
  }

  return {
    api,
    switches,
    now: stamp,
    grant() {
      const token = `memory-token-${digits(deps.random)}${digits(deps.random)}`;
      tokens.push(token);
      valid.add(token);
      return token;
    },
    tokens: () => tokens,
    revokeAll() {
      valid.clear();
      ring();
    },
    requests: () => requests,
    objects: () => objects,
    used: () => stored,
    corrupt(name, change) {
      const there = objects.get(name);
      if (!there) throw new RangeError(`nothing is stored as ${name}`);
      const bytes = change(there.bytes.slice());
      stored += bytes.length - there.bytes.length;
      objects.set(name, { bytes, time: there.time });
      deps.changed?.({ kind: 'damaged', name, by: 'owner' });
    },
    lose: (names, options = {}) => lose(names, options.announced ?? true, 'owner'),
    wipe: () => lose([...objects.keys()], true, 'owner'),
    restore(copy) {
      lose(
        [...objects.keys()].filter((name) => !copy.has(name)),
        true,
        'owner',
      );
      for (const [name, { bytes }] of copy) if (!objects.has(name)) keep(name, bytes, 'owner');
    },
    expireCursors() {
      for (const area of AREAS) feeds[area].expireCursors();
      ring();
    },
    failNext(operation, error) {
      armed.push({ operation, effect: error });
    },
    damageNext(operation, damage) {
      armed.push({ operation, effect: damage });
    },
    hold: (operation, moment) => gates.hold(operation, moment),
    disarm() {
      armed = [];
      gates.openAll();
    },
  };
}
