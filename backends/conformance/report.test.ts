import { expect, test } from 'vitest';
import { memoryPlace } from '../memory/place.ts';
import { check, Skipped } from './check.ts';
import { Failure } from './expect.ts';
import { report } from './report.ts';

test('a report tells of every check, and shows no token even when an error does', async () => {
  const place = memoryPlace('reported', {});
  await place.open();
  const lines: string[] = [];
  const totals = await report(
    place,
    [
      check('S1', 'goes well', async (visit) => {
        await visit.open();
      }),
      check('S2', "can't be made", () => Promise.reject(new Skipped('no such switch'))),
      check('S3', 'goes wrong', () => Promise.reject(new Failure(`refused ${place.secrets()[0]}`))),
    ],
    (line) => lines.push(line),
  );
  expect(totals).toEqual({ passed: 1, failed: 1, skipped: 1 });
  expect(lines).toEqual([
    'memory (reported)',
    '  passed   S1 goes well',
    "  skipped  S2 can't be made\n           no such switch",
    '  FAILED   S3 goes wrong\n           Failure: refused (secret)',
    '  1 passed, 1 failed, 1 skipped',
  ]);
});
