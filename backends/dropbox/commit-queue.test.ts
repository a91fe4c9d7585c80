import { describe, expect, it } from 'vitest';
import { createCommitQueue } from './commit-queue.ts';

describe('the queue of commits', () => {
  it('goes on with the next commit when one that waits is cancelled', async () => {
    const queue = createCommitQueue(undefined);
    const order: string[] = [];
    let finish: (() => void) | undefined;
    const first = queue.run('ada', undefined, async () => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      order.push('first');
    });
    const stop = new AbortController();
    const second = queue.run('ada', stop.signal, async () => void order.push('second'));
    const third = queue.run('ada', undefined, async () => void order.push('third'));
    const beside = queue.run('ben', undefined, async () => void order.push('beside'));
    stop.abort(new Error('no longer wanted'));
    await expect(second).rejects.toThrow('no longer wanted');
    await beside;
    expect(order).toEqual(['beside']);
    finish?.();
    await Promise.all([first, third]);
    expect(order).toEqual(['beside', 'first', 'third']);
  });

  it('holds a Web Lock of the account while it commits, where there are such locks', async () => {
    const held: string[] = [];
    const queue = createCommitQueue({
      async request(name, _options, work) {
        held.push(name);
        const result = await work();
        held.pop();
        return result;
      },
    });
    await queue.run('ada', undefined, async () => {
      expect(held).toEqual(['satchel-dropbox-commit ada']);
    });
    expect(held).toEqual([]);
  });
});
