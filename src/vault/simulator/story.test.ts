import { expect, it } from 'vitest';
import { storyOf } from './story.ts';

const VAULT = 'a'.repeat(32);

it('tells a trace with short names, days and times, and without what went well', () => {
  const pack = `log/${VAULT}.p.${'1'.repeat(64)}`;
  expect(
    storyOf([
      '0.000 A starts',
      '1.500 A changes since the beginning: done',
      `2.000 A get ${pack} from 0 to 900: done`,
      `3.000 A get ${pack} from 0 to 900: NotFound`,
      `90061.250 A delete ${pack},log/${VAULT}.k.${'2'.repeat(64)}: done`,
      `90062.000 B edits ${'b'.repeat(32)}`,
      '90063.000 B synced: 0 received, 0 sent',
      '90064.000 B synced: 1 received, 0 sent',
    ]),
  ).toEqual([
    'day 1 00:00:00  A starts',
    '    (2 requests that went well)',
    'day 1 00:00:03  A get pack1 of vault1 from 0 to 900: NotFound',
    'day 2 01:01:01  A delete pack1 of vault1,slot1 of vault1: done',
    'day 2 01:01:02  B edits id1',
    '    (1 requests that went well)',
    'day 2 01:01:04  B synced: 1 received, 0 sent',
  ]);
});
