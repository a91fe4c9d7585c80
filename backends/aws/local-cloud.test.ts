/** The storage contract, kept over the whole cloud on this computer: the built function amid stand-ins, over HTTP. */
import { rm } from 'node:fs/promises';
import { WebSocket } from 'ws';
import { testConformance } from '../conformance/vitest.ts';
import { aws } from './connect.ts';
import { buildFunction } from './function/build.ts';
import { startLocalCloud } from './local/cloud.ts';
import { awsPlace } from './place.ts';

const BUILT = `.cache/function-for-conformance-${process.pid}`;
const EMAIL = 'ada@example.org';

testConformance('The cloud on this computer', async () => {
  const cloud = await startLocalCloud({ bundle: await buildFunction(BUILT) });
  const signIn = await aws.access.begin(cloud.config, {
    fetch,
    now: Date.now,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  });
  await signIn.signUpAs(EMAIL, 'a password of some length');
  const step = await signIn.confirm(EMAIL, cloud.codeFor(EMAIL) ?? '');
  if (step.step !== 'signed-in') throw new Error(`expected to be signed in, not to be asked for ${step.step}`);
  return awsPlace({
    title: 'AWS (this computer)',
    settings: step.settings,
    fetch: () => fetch,
    pages: false,
    openSocket: (address) => new WebSocket(address),
    now: Date.now,
    async close() {
      await cloud.close();
      await rm(BUILT, { recursive: true, force: true });
    },
  });
});
