/** Deleting one, many, and what is not there. */
import { expect, it } from 'vitest';
import type { ObjectName } from '../storage.ts';
import { A, B, bytes, failure, follower, setting } from './setting.ts';

const named = (count: number) => Array.from({ length: count }, (_, index) => `log/x${index}` as ObjectName);

it('takes one request for one, and one for each hundred', async () => {
  const { device, log, files } = setting();
  const { storage } = device();
  const names = named(130);
  for (const name of names) await storage.put(name, bytes(1));
  await follower(storage).read();
  log();
  await storage.delete(names.slice(0, 1));
  expect(log()).toEqual(['files.delete 204']);
  await storage.delete(names);
  // The first isn't known any more, so everything is listed once more.
  expect(log()).toEqual(['files.list 200', 'batch 200', 'batch 200']);
  expect(files()).toEqual([]);
});

it('says what failed among many, deletes the others, and may be repeated', async () => {
  const { emulator, device, files } = setting();
  const { storage } = device();
  const names = named(4);
  for (const name of names) await storage.put(name, bytes(1));
  const fault = { kind: 'batch-failures', status: 403, reason: 'userRateLimitExceeded' } as const;
  emulator.addFault({ route: 'batch', fault });
  expect((await failure(storage.delete(names))).kind).toBe('RateLimited');
  expect(files()).toHaveLength(2);
  await storage.delete(names);
  expect(files()).toEqual([]);
});

it('takes for done what somebody else has deleted meanwhile', async () => {
  const { device } = setting();
  const { storage } = device();
  await storage.put(A, bytes(1));
  await storage.put(B, bytes(1));
  await follower(storage).read();
  await device().storage.delete([A, B]);
  await storage.delete([A]);
  await storage.delete([A, B]);
  expect((await failure(storage.get(B))).kind).toBe('NotFound');
});

it('takes somebody else’s page for no answer', async () => {
  const { emulator, device } = setting();
  const { storage } = device();
  await storage.put(A, bytes(1));
  await storage.put(B, bytes(1));
  emulator.addFault({ route: 'files.delete|batch', fault: { kind: 'html' }, times: 2 });
  expect((await failure(storage.delete([A]))).kind).toBe('Unavailable');
  expect((await failure(storage.delete([A, B]))).kind).toBe('Unavailable');
});
