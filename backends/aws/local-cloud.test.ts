/** The storage contract, kept over the whole cloud on this computer: the built function amid stand-ins, over HTTP. */
import { rm } from 'node:fs/promises';
import { WebSocket } from 'ws';
import { PAGED, testConformance } from '../conformance/vitest.ts';
import { buildFunction } from './function/build.ts';
import { startLocalCloud } from './local/cloud.ts';
import { awsPlace, newAccount } from './place.ts';

const BUILT = `.cache/function-for-conformance-${process.pid}`;

async function makePlace() {
  const cloud = await startLocalCloud({ bundle: await buildFunction(BUILT) });
  return awsPlace({
    title: 'AWS (this computer)',
    settings: await newAccount(cloud, 'ada@example.org'),
    fetch: () => fetch,
    pages: false,
    openSocket: (address) => new WebSocket(address),
    now: Date.now,
    async close() {
      await cloud.close();
      await rm(BUILT, { recursive: true, force: true });
    },
  });
}

// The cloud's pages are as long as it likes; the same client and function are asked for shorter ones in memory, in aws.test.ts.
testConformance('The cloud on this computer', makePlace, { leaveOut: PAGED });
