/** Connections that hang: nothing waits for them forever. */
import { describe, expect, it } from 'vitest';
import { browserFetch } from './emulator/browser-fetch.ts';
import { asFetch } from './emulator/emulator.ts';
import type { FaultRule } from './emulator/faults.ts';
import { A, bytes, cursorOf, failure, setting } from './setting.ts';

/** A device whose timers ring when the test says so. */
function timers() {
  const running: { readonly ms: number; readonly ring: () => void }[] = [];
  return {
    timer: (ms: number) => {
      const controller = new AbortController();
      running.push({ ms, ring: () => controller.abort(new DOMException('time is up', 'TimeoutError')) });
      return controller.signal;
    },
    /** The ms that were asked for since the last time, whose timers now ring. */
    ring: () => {
      const rung = running.splice(0);
      for (const { ring } of rung) ring();
      return rung.map(({ ms }) => ms);
    },
    forget: () => void running.splice(0),
  };
}

function signalled(): { readonly given: Promise<void>; readonly give: () => void } {
  let resolve: (() => void) | undefined;
  const given = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { given, give: () => resolve?.() };
}

/** A request that gets no answer: what to arm, and a promise of its arrival. */
function hanging(route: string) {
  const { given: arrived, give: reached } = signalled();
  const released = new Promise<void>(() => {});
  const rule: FaultRule = { route, fault: { kind: 'hold', moment: 'request', reached, released } };
  return { rule, arrived };
}

describe('a connection that hangs', () => {
  it.each([
    ['files/upload', 120_000],
    ['files/download', 120_000],
    ['files/list_folder', 60_000],
    ['users/get_current_account', 60_000],
  ] as const)('ends %s after %i ms, and the next call goes through', async (route, ms) => {
    const { timer, ring, forget } = timers();
    const { emulator, storage } = setting({ timer });
    await storage.put(A, bytes(1));
    forget();
    const { rule, arrived } = hanging(route);
    emulator.addFault(rule);
    const calls = {
      'files/upload': () => storage.put(A, bytes(1)),
      'files/download': () => storage.get(A),
      'files/list_folder': () => storage.changes('log'),
      'users/get_current_account': () => storage.about(),
    };
    const call = failure(calls[route]());
    await arrived;
    expect(ring()).toEqual([ms]);
    const error = await call;
    expect(error.kind).toBe('Unavailable');
    expect(error.message).toBe(`Dropbox did not answer within ${ms / 1000} seconds`);
    await calls[route]();
  });

  it('ends a refresh of the token, for all who wait for it', async () => {
    const { timer, ring } = timers();
    const { emulator, storage, log } = setting({ timer, settings: (tokens) => ({ ...tokens, expiresAt: 0 }) });
    const { rule, arrived } = hanging('oauth2/token');
    emulator.addFault(rule);
    const calls = [failure(storage.about()), failure(storage.changes('log'))];
    await arrived;
    expect(ring()).toEqual([60_000]);
    expect((await Promise.all(calls)).map(({ kind }) => kind)).toEqual(['Unavailable', 'Unavailable']);
    await storage.changes('log');
    expect(log().at(-1)).toBe('files/list_folder header 200');
  });

  it('ends a long poll some time after the service should have, and the calm timer stands in', async () => {
    const { timer, ring, forget } = timers();
    const { emulator, storage, pauses } = setting({ timer });
    await storage.put(A, bytes(1));
    const cursor = await cursorOf(storage);
    forget();
    const { rule, arrived } = hanging('files/list_folder/longpoll');
    emulator.addFault(rule);
    const waiting = storage.watch('log', cursor, new AbortController().signal);
    await arrived;
    expect(ring()).toEqual([220_000]);
    await waiting;
    expect(pauses).toEqual([60_000]);
  });

  it('ends an answer whose body stops coming', async () => {
    const { timer, ring, forget } = timers();
    const { given: begun, give: stalled } = signalled();
    const { storage } = setting({
      timer,
      fetch: (emulator) => async (input, init) => {
        const response = await asFetch(emulator)(input, init);
        if (typeof input !== 'string' || !input.endsWith('files/download')) return response;
        const body = new ReadableStream({
          start: (controller) => init?.signal?.addEventListener('abort', () => controller.error(init.signal?.reason)),
          pull: stalled,
        });
        return new Response(body, { headers: response.headers });
      },
    });
    await storage.put(A, bytes(1));
    forget();
    const call = failure(storage.get(A));
    await begun;
    expect(ring()).toEqual([120_000]);
    expect((await call).kind).toBe('Unavailable');
  });

  it('does not move the token into an address', async () => {
    const { timer, ring } = timers();
    const { emulator, storage, log } = setting({
      timer,
      mode: 'auto',
      fetch: (emulator) => browserFetch(asFetch(emulator), 'https://notes.example'),
    });
    for (const _ of [1, 2, 3]) {
      const { rule, arrived } = hanging('files/list_folder');
      emulator.addFault(rule);
      const call = failure(storage.changes('log'));
      await arrived;
      ring();
      expect((await call).kind).toBe('Unavailable');
    }
    await storage.changes('log');
    expect(log().some((line) => line.includes(' url '))).toBe(false);
  });

  it('is left with the caller’s own reason when the caller cancels first', async () => {
    const { timer } = timers();
    const { emulator, storage } = setting({ timer });
    const { rule, arrived } = hanging('files/list_folder');
    emulator.addFault(rule);
    const stop = new AbortController();
    const call = storage.changes('log', undefined, stop.signal).catch((reason: unknown) => reason);
    await arrived;
    stop.abort('enough');
    expect(await call).toBe('enough');
  });
});
