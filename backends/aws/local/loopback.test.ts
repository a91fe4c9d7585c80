import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Answer, assertLoopback, type LoopbackServer, readBody, serveLoopback } from './loopback.ts';

let server: LoopbackServer;
const reported: unknown[] = [];

beforeAll(async () => {
  const answers: Readonly<Record<string, (message: Parameters<typeof readBody>[0]) => Promise<Answer>>> = {
    '/unread': async () => ({ status: 403, body: 'no' }),
    '/read': async (message) => ({ status: 200, body: String((await readBody(message, 1000)).length) }),
  };
  server = await serveLoopback(
    0,
    (message) => answers[message.url ?? '']?.(message) ?? Promise.reject(new Error('nobody')),
    (error) => reported.push(error),
  );
});
afterAll(() => server.close());

const post = (path: string, size: number) =>
  fetch(`${server.url}${path}`, { method: 'POST', body: new Uint8Array(size) });

it('gives an answer to a request that it didn’t read, however large', async () => {
  for (let count = 0; count < 5; count += 1) {
    const response = await post('/unread', 8_000_000);
    expect([response.status, await response.text()]).toEqual([403, 'no']);
  }
});

it('reads no more than it was told, and says of what fails no more than that it did', async () => {
  expect(await (await post('/read', 1000)).text()).toBe('1000');
  const response = await post('/read', 1001);
  expect([response.status, await response.text()]).toEqual([500, 'The stand-in failed.']);
  expect(String(reported.at(-1))).toContain('more than 1000 bytes');
});

it('takes no address but this machine’s', () => {
  expect(() => assertLoopback('127.0.0.1')).not.toThrow();
  for (const host of ['0.0.0.0', '::', '192.168.1.2', 'example.org', ''])
    expect(() => assertLoopback(host)).toThrow('not for serving others');
});
