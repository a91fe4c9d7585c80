/** Rules S17 to S19: what a wrong answer becomes, and what never stands in a text. */
import type { Cursor, Storage } from '../storage.ts';
import { StorageError } from '../storage.ts';
import { type Check, check, Skipped, type Visit } from './check.ts';
import { describeError, equal, expect, failsWith, sameBytes, settled } from './expect.ts';
import { patternBytes } from './pattern.ts';
import type { Operation } from './place.ts';
import { listsExactly } from './reader.ts';

/** One call of each operation, on an object that is there. */
async function callsOn(visit: Visit): Promise<(operation: Operation, storage: Storage) => Promise<unknown>> {
  const there = visit.name('log', 'there');
  await (await visit.open()).put(there, patternBytes(3000, 1));
  const cursor: Cursor = (await listsExactly(visit, 'log', [there])).cursor();
  let count = 0;
  const calls: Record<Operation, (storage: Storage) => Promise<unknown>> = {
    put: (storage) => storage.put(visit.name('log', `new-${count++}`), patternBytes(3000, 2)),
    get: (storage) => storage.get(there),
    changes: (storage) => storage.changes('log', cursor),
    delete: (storage) => storage.delete([there]),
    watch: (storage) => storage.watch('log', cursor, new AbortController().signal),
    about: (storage) => storage.about(),
  };
  return (operation, storage) => calls[operation](storage);
}

const wrong: readonly Check[] = [
  check('S17', 'a download that ends early is an error, whole or in part', async (visit) => {
    const truncate = visit.fault('truncateNextDownload');
    const storage = await visit.open();
    const name = visit.name('log', 'cut');
    await storage.put(name, patternBytes(9000, 1));
    for (const range of [undefined, { start: 1000, end: 5000 }, { start: 8000 }]) {
      await truncate();
      await failsWith('Unavailable', () => storage.get(name, range), 'get, when the answer ended early');
    }
    sameBytes(await storage.get(name), patternBytes(9000, 1), 'the object, got again');
  }),

  check('S17', "somebody else's page in place of an answer is an error, never data", async (visit) => {
    const answerWithHtml = visit.fault('answerNextWithHtml');
    const storage = await visit.open();
    const call = await callsOn(visit);
    for (const operation of ['get', 'put', 'changes', 'about', 'delete'] as const) {
      await answerWithHtml(operation);
      await failsWith('Unavailable', () => call(operation, storage), `${operation}, answered with a login page`);
    }
    const part = visit.name('log', 'part');
    await storage.put(part, patternBytes(5000, 3));
    await answerWithHtml('get');
    await failsWith(
      'Unavailable',
      () => storage.get(part, { start: 0, end: 30 }),
      'get of a part, answered with a login page',
    );
    sameBytes(await storage.get(part), patternBytes(5000, 3), 'the object, got again');
  }),

  check('S18', 'each error that the provider knows becomes one of the closed family', async (visit) => {
    const errors = visit.fault('errors');
    if (errors.length === 0) throw new Skipped('the place names no provider errors');
    const call = await callsOn(visit);
    for (const error of errors) {
      const storage = await visit.open();
      await storage.about();
      await error.arm();
      const what = `${error.operation}, when ${error.title},`;
      const met = visit.within(what, call(error.operation, storage));
      const caught = await failsWith(error.kind, () => met, what);
      if (error.retryAfter !== undefined) equal(caught.retryAfter, error.retryAfter, `the wait asked for by ${what}`);
      await visit.place.faults?.clear();
    }
  }),

  check('S18', 'failures that need no help of the provider are of the family as well', async (visit) => {
    for (const [what, result] of await everydayFailures(visit)) {
      if (result.ok) continue;
      expect(result.error instanceof StorageError, `${what} failed with ${describeError(result.error)}`);
    }
  }),
];

/** Everything that can go wrong without a fault being arranged. */
async function everydayFailures(visit: Visit) {
  const storage = await visit.open();
  const name = visit.name('log', 'everyday');
  await storage.put(name, patternBytes(10, 1));
  const attempts: readonly (readonly [what: string, act: () => Promise<unknown>])[] = [
    ['get of a missing name', () => storage.get(visit.name('log', 'missing'))],
    ['put of other bytes', () => storage.put(name, patternBytes(11, 2))],
    ['put of too many bytes', () => storage.put(name, new Uint8Array(4_000_001))],
    ['get of a bad name', () => storage.get('log/Bad Name' as typeof name)],
    ['delete of a bad name', () => storage.delete(['log/Bad Name' as typeof name])],
    ['changes after a foreign cursor', () => storage.changes('log', 'no-cursor-of-this-provider' as Cursor)],
  ];
  const results = [];
  for (const [what, act] of attempts) results.push([what, await settled((async () => act())())] as const);
  return results;
}

/** All that a log or a crash report might show of an error: its texts, its own fields, and the same of its causes. */
function textsOf(error: unknown, depth = 0): string {
  if (depth > 8 || error === null || error === undefined) return '';
  if (typeof error === 'string') return error;
  if (typeof error !== 'object') return '';
  const parts: string[] = [];
  for (const key of new Set([...Object.getOwnPropertyNames(error), 'name', 'message', 'stack', 'cause'])) {
    const value: unknown = Reflect.get(error, key);
    parts.push(key, textsOf(value, depth + 1));
  }
  if (error instanceof Headers || error instanceof Map) for (const pair of error) parts.push(...pair.map(String));
  if (error instanceof Request || error instanceof Response) parts.push(error.url, textsOf(error.headers, depth + 1));
  return parts.join('\n');
}

/** A secret may also stand there percent-encoded, as in an address. */
function leaks(text: string, secrets: readonly string[]): boolean {
  return secrets.some((secret) => text.includes(secret) || text.includes(encodeURIComponent(secret)));
}

function noSecretIn(text: string, visit: Visit, what: string): void {
  const secrets = visit.place.secrets();
  expect(secrets.length > 0 && secrets.every((secret) => secret.length > 7), 'the place names no secrets to look for');
  // The text itself isn't shown: a report of this check may be made public.
  expect(!leaks(text, secrets), `a token stands in ${what}`);
}

const silent: readonly Check[] = [
  check('S19', 'no everyday failure, and no label, shows a token', async (visit) => {
    const about = await (await visit.open()).about();
    noSecretIn(`${about.label}\n${about.accountId}`, visit, 'what is told about the account');
    for (const [what, result] of await everydayFailures(visit))
      if (!result.ok) noSecretIn(textsOf(result.error), visit, `the error of ${what}`);
    const reason = new Error('stopped');
    const aborted = await settled((await visit.open()).about(AbortSignal.abort(reason)));
    if (!aborted.ok) noSecretIn(textsOf(aborted.error), visit, 'the error of an aborted call');
  }),

  check('S19', 'no error that the provider answers leads to a text that shows a token', async (visit) => {
    const errors = visit.fault('errors');
    const call = await callsOn(visit);
    for (const error of errors) {
      const storage = await visit.open();
      await storage.about();
      await error.arm();
      const result = await settled(visit.within(error.title, call(error.operation, storage)));
      if (!result.ok) noSecretIn(textsOf(result.error), visit, `the error of ${error.operation}, when ${error.title}`);
      await visit.place.faults?.clear();
    }
  }),

  check('S19', 'no log line shows a token', async (visit) => {
    const { place } = visit;
    if (!place.logged) throw new Skipped("the place can't tell what was logged");
    const storage = await visit.open();
    const name = visit.name('log', 'logged');
    await storage.put(name, patternBytes(10, 1));
    await storage.get(name);
    await listsExactly(visit, 'log', [name]);
    await everydayFailures(visit);
    await storage.delete([name]);
    noSecretIn(place.logged().join('\n'), visit, 'a log line');
  }),
];

export const answerChecks: readonly Check[] = [...wrong, ...silent];
