/** A process together with all that it starts. */
import type { ChildProcess } from 'node:child_process';

/** For `spawn`: Windows has no such groups, and would open a console. */
export const ownGroup = { detached: process.platform !== 'win32' } as const;

/** Fine to call when it has ended already. */
export function endGroup(leader: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (leader.pid === undefined) return;
  if (!ownGroup.detached) {
    leader.kill(signal);
    return;
  }
  try {
    process.kill(-leader.pid, signal);
  } catch {
    // There is none of them left.
  }
}
