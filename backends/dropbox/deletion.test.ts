/** Deleting, one by one and in jobs. */
import { describe, expect, it } from 'vitest';
import { objectName } from '../storage.ts';
import { A, B, bytes, failure, setting } from './setting.ts';

describe('deleting', () => {
  const many = Array.from({ length: 5 }, (_, index) => objectName(`log/m${index}`));

  it('asks after a job, at first at once and then ever more calmly', async () => {
    const { storage, pauses, log } = setting({ behaviour: { deletePolls: 6 } });
    for (const name of many) await storage.put(name, bytes(1));
    await storage.delete(many);
    expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 5000]);
    expect(log().filter((line) => line.startsWith('files/delete'))).toHaveLength(8);
    expect((await storage.changes('log')).events).toEqual([]);
  });

  it('takes an answer without a job', async () => {
    const { emulator, storage } = setting({ behaviour: { deleteAtOnce: true } });
    await storage.put(A, bytes(1));
    await storage.delete([A, B]);
    expect(emulator.filePaths()).toEqual([]);
  });

  it.each([
    [{ '.tag': 'too_many_write_operations' }, 'RateLimited'],
    [{ '.tag': 'path_write', path_write: { '.tag': 'no_write_permission' } }, 'Rejected'],
    [{ '.tag': 'never_heard_of' }, 'Unavailable'],
  ] as const)('does not overlook that some entries failed: %j', async (error, kind) => {
    const { emulator, storage } = setting();
    for (const name of many) await storage.put(name, bytes(1));
    emulator.addFault({ route: 'files/delete_batch', fault: { kind: 'entry-failures', error, entries: [3] } });
    expect((await failure(storage.delete(many))).kind).toBe(kind);
    await storage.delete(many);
    expect(emulator.filePaths()).toEqual([]);
  });

  it.each([
    ['too_many_write_operations', 'RateLimited'],
    ['other', 'Unavailable'],
  ] as const)('says when a whole job has failed: %s', async (failed, kind) => {
    const { emulator, storage } = setting();
    emulator.addFault({ route: 'files/delete_batch', fault: { kind: 'delete-job', polls: 1, failed } });
    expect((await failure(storage.delete(many))).kind).toBe(kind);
  });

  it('asks for a thousand at a time and for none at all', async () => {
    const { storage, log } = setting();
    await storage.delete([]);
    expect(log()).toEqual([]);
    await storage.delete(Array.from({ length: 1001 }, (_, index) => objectName(`files/n${index}`)));
    expect(log()).toEqual([
      'files/delete_batch header 200',
      'files/delete_batch/check header 200',
      'files/delete_v2 header 409',
    ]);
  });
});
