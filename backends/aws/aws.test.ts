/** The storage contract, kept around the function's core in memory. */
import { testConformance } from '../conformance/vitest.ts';
import { sleep } from '../sleep.ts';
import { createMemoryCloud } from './memory/cloud.ts';
import { awsPlace } from './place.ts';

testConformance('A cloud in memory', () => {
  const cloud = createMemoryCloud({ now: Date.now, sleep, random: Math.random });
  return awsPlace({
    title: 'AWS (in memory)',
    settings: { ...cloud.signIn('ada@demo.example') },
    fetch: cloud.fetch,
    pages: true,
    openSocket: cloud.openSocket,
    now: Date.now,
    logged: () => cloud.log,
  });
});
