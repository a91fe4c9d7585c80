import { expect, test } from './fixtures/index.ts';
import {
  connectAnother,
  connectFirst,
  expectSynced,
  lines,
  openNote,
  row,
  typeAfter,
  visit,
  writeNote,
} from './fixtures/satchel.ts';

test('two copies of one browser profile both go on, and nothing that either writes is lost', async ({
  newDevice,
  newBrowser,
}) => {
  // Several syncs one after the other, each after a pause in the typing.
  test.slow();
  const one = await newDevice();
  await visit(one.page);
  await writeNote(one.page, 'Before the copy', 'A line of both');
  await connectFirst(one.page);
  await expectSynced(one.page);
  await one.close();
  const two = await newDevice(one);
  await one.reopen();
  const both = [one, two];

  // Each believes to be the only one that writes under the name that both have.
  for (const [index, device] of both.entries()) {
    await visit(device.page);
    await expect(row(device.page, 'Before the copy')).toBeVisible();
    await writeNote(device.page, `By copy ${index + 1}`);
    await openNote(device.page, 'Before the copy');
    await typeAfter(device.page, index === 0 ? 'Before' : 'A line', ` and ${index + 1}`);
  }
  for (const { page } of both) await expectSynced(page);
  for (const round of ['again', 'and again']) {
    for (const [index, { page }] of both.entries()) {
      await writeNote(page, `Copy ${index + 1} ${round}`);
      await expectSynced(page);
    }
  }

  const fresh = await (await newBrowser()).newPage();
  await visit(fresh);
  await connectAnother(fresh);
  const titles = [
    'By copy 1',
    'By copy 2',
    'Copy 1 again',
    'Copy 2 again',
    'Copy 1 and again',
    'Copy 2 and again',
    'Before the copy',
  ];
  for (const page of [one.page, two.page, fresh]) {
    for (const title of titles) await expect(row(page, title)).toBeVisible();
    await openNote(page, 'Before the copy');
    await expect(lines(page)).toHaveText(['Before the copy and 1', 'A line of both and 2']);
    await expectSynced(page);
  }
});
