/** Satchel's own cloud for a newcomer without an AWS account: all of it on this computer. */
import { join } from 'node:path';
import { type LocalCloud, startLocalCloud } from '../backends/aws/local/cloud.ts';
import type { DemoStorage } from './demo-storage.ts';
import { nextFreePort } from './listen.ts';
import { root } from './root.ts';

/** The gateway, the user pool, the bodies, the table, the sockets. */
const CLOUD_PORTS = 5;
const DAY_MS = 24 * 3_600_000;

export interface DemoCloud extends DemoStorage {
  /** Where the mail is shown that it would have sent. */
  readonly outboxPage: string;
}

/**
 * Satchel's own cloud on this computer, at `port` and those after it, or the next free ones in a row.
 * @param bundle the built function
 */
export async function startDemoCloud(port: number, bundle: string): Promise<DemoCloud> {
  const free = await nextFreePort(port, CLOUD_PORTS);
  const folder = join('.cache', `cloud-${free}`);
  const cloud = await startLocalCloud({
    bundle,
    port: free,
    folder: join(root, folder),
    say: (line) => console.log(`  ${line}`),
    report: (error) => console.error('  Satchel cloud (this computer):', error),
  });
  const schedule = setInterval(() => void sweep(cloud), DAY_MS);
  void sweep(cloud);
  return {
    config: { aws: cloud.config },
    folder,
    outboxPage: cloud.outboxPage,
    close: () => {
      clearInterval(schedule);
      return cloud.close();
    },
  };
}

async function sweep(cloud: LocalCloud): Promise<void> {
  try {
    await cloud.runSchedule();
  } catch (error) {
    console.error('  What was scheduled in Satchel cloud (this computer) failed:', error);
  }
}
