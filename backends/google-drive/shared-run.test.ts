/** Work that many wait for. */
import { expect, it } from 'vitest';
import { createSharedRun } from './shared-run.ts';

const settle = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

/** A run that is ended by hand. */
function byHand() {
  const runs: { readonly signal: AbortSignal; readonly end: (value: string) => void }[] = [];
  const shared = createSharedRun(
    (signal) =>
      new Promise<string>((resolve, reject) => {
        runs.push({ signal, end: resolve });
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  );
  return { runs, shared };
}

it('is done once for those who come while it is under way', async () => {
  const { runs, shared } = byHand();
  const all = [shared.join(undefined), shared.join(undefined)];
  await settle();
  expect(runs).toHaveLength(1);
  runs[0]?.end('done');
  expect(await Promise.all(all)).toEqual(['done', 'done']);
  const later = shared.join(undefined);
  await settle();
  expect(runs).toHaveLength(2);
  runs[1]?.end('again');
  expect(await later).toBe('again');
});

it('is begun anew, once, for those who need what happens from now on', async () => {
  const { runs, shared } = byHand();
  const first = shared.join(undefined);
  await settle();
  const fresh = [shared.fresh(undefined), shared.fresh(undefined)];
  runs[0]?.end('old');
  expect(await first).toBe('old');
  await settle();
  expect(runs).toHaveLength(2);
  const joined = shared.join(undefined);
  runs[1]?.end('new');
  expect(await Promise.all([...fresh, joined])).toEqual(['new', 'new', 'new']);
  expect(runs).toHaveLength(2);
});

it('goes on when one gives up, and ends when all have', async () => {
  const { runs, shared } = byHand();
  const [one, other] = [new AbortController(), new AbortController()];
  const calls = [shared.join(one.signal), shared.join(other.signal)].map((call) =>
    call.catch((error: unknown) => error),
  );
  await settle();
  one.abort('one');
  expect(await calls[0]).toBe('one');
  expect(runs[0]?.signal.aborted).toBe(false);
  other.abort('other');
  expect(await calls[1]).toBe('other');
  expect(runs[0]?.signal.aborted).toBe(true);
  const next = shared.join(undefined);
  await settle();
  runs[1]?.end('next');
  expect(await next).toBe('next');
});

it('never begins for those who gave up before', async () => {
  const { runs, shared } = byHand();
  const first = shared.join(undefined);
  await settle();
  const stop = new AbortController();
  const fresh = shared.fresh(stop.signal).catch((error: unknown) => error);
  await settle();
  stop.abort('enough');
  expect(await fresh).toBe('enough');
  runs[0]?.end('done');
  expect(await first).toBe('done');
  await settle();
  expect(runs).toHaveLength(1);
  await expect(shared.join(AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
});

it('fails for all who wait, and is tried anew', async () => {
  let count = 0;
  const shared = createSharedRun(async () => {
    count += 1;
    if (count === 1) throw new Error('the first time');
    return count;
  });
  const both = await Promise.allSettled([shared.join(undefined), shared.join(undefined)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await shared.join(undefined)).toBe(2);
});
