import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Request } from '@playwright/test';
import { startCloudProcess } from '../backends/aws/local/cloud-process.ts';
import { nextFreePort } from '../scripts/listen.ts';
import { connectAccount } from './fixtures/cloud.ts';
import { storageOf, textsThere } from './fixtures/fresh-device.ts';
import { expect, NETWORK_AWAY, test } from './fixtures/index.ts';
import { noise, plantNotes } from './fixtures/many-notes.ts';
import { expectSynced, syncWords, visit } from './fixtures/satchel.ts';

const ANNA = 'anna@example.com';
/** The gateway, the user pool, the bodies, the table and the sockets, one behind the other. */
const PORTS = 5;
/** Together more than two objects hold, each of them as large as one may be. */
const NOTES = Array.from({ length: 2000 }, (_, index) => `Note ${index}\n${noise(5000)}`);

test('the cloud is killed in the middle of a sync of 2,000 notes and comes back: nothing is lost, nothing is there twice', async ({
  page,
  app,
  problems,
}) => {
  // 2,000 notes are made, sealed, sent and read.
  test.slow();
  problems.allow(NETWORK_AWAY, /WebSocket connection to/, /favicon\.ico/);
  const folder = await mkdtemp(join(tmpdir(), 'satchel-cloud-'));
  const port = await nextFreePort(24_373 + 16 * test.info().workerIndex, PORTS);
  const start = () => startCloudProcess({ bundle: process.env['SATCHEL_FUNCTION'] ?? '', folder, port });
  let cloud = await start();
  try {
    app.setConfig({ aws: cloud.config });
    await visit(page);
    await connectAccount(page, cloud, ANNA);
    await expectSynced(page);
    await plantNotes(page, NOTES);

    const { bodies } = cloud.endpoints;
    let sent = 0;
    // One large object is there and registered; the next one is on its way.
    const isInTheMiddle = (request: Request) =>
      request.method() === 'PUT' && request.url().startsWith(bodies) && ++sent === 2;
    const inTheMiddle = page.waitForRequest(isInTheMiddle, { timeout: 0 });
    await visit(page);
    await inTheMiddle;
    await cloud.kill();
    await expect(syncWords(page)).toHaveAccessibleName(/notes waiting|Can’t reach/);
    cloud = await start();
    await page.goto('./#/sync');
    await page.getByRole('button', { name: 'Sync now' }).click();
    await expectSynced(page);

    const storage = await storageOf(page);
    const there = await textsThere(storage);
    expect(there).toHaveLength(NOTES.length);
    const known = new Set(there);
    expect(NOTES.filter((text) => !known.has(text)).map((text) => text.split('\n')[0])).toEqual([]);
    const { events } = await storage.changes('log');
    const names = events.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  } finally {
    await cloud.close();
    await rm(folder, { recursive: true, force: true });
  }
});
