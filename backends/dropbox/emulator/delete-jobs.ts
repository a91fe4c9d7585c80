/** `delete_batch`: many deletions in one job, which a client asks after until it is done. */
import type { async, files } from 'dropbox';
import { list, required, struct, text } from './arguments.ts';
import { base64Url } from '../../stand-in-clock.ts';
import { routeError } from './failures.ts';
import { deleteArgument, notFoundToDelete } from './files-routes.ts';
import type { Call, Route } from './route.ts';
import { failsInBatch, faultOf, route } from './route.ts';
import { WriteRefused, findNode, metadata, removeNode, underWriteLock } from './tree.ts';

const write = { scope: 'files.content.write' } as const;

type Entry = files.DeleteBatchResultEntry;
const failed = (failure: files.DeleteError): Entry => ({ '.tag': 'failure', failure });

function deleteAll(call: Call, entries: readonly ReturnType<typeof deleteArgument>[]): Entry[] {
  const { namespace } = call.caller;
  return entries.map(({ path, parent_rev }, index): Entry => {
    const forced = failsInBatch(call, index);
    // A forced failure may be one that the SDK has no type for: that is what it is there to test.
    if (forced) return failed(forced as unknown as files.DeleteError);
    const node = findNode(namespace, path);
    if (!node) return failed(notFoundToDelete());
    if (parent_rev !== undefined && (node.kind === 'folder' || node.rev !== parent_rev))
      return failed({
        '.tag': 'path_write',
        path_write: { '.tag': 'conflict', conflict: { '.tag': node.kind } },
      });
    removeNode(namespace, node);
    return { '.tag': 'success', metadata: metadata(node) };
  });
}

const deleteBatch = route(
  { name: 'files/delete_batch', ...write },
  struct({ entries: required(list(deleteArgument, 1000)) }),
  async (call, { entries }): Promise<files.DeleteBatchLaunch> => {
    const { world, caller } = call;
    const fault = faultOf(call, 'delete-job');
    const work = async (): Promise<files.DeleteBatchJobStatus> => {
      if (fault?.failed === 'too_many_write_operations')
        return { '.tag': 'failed', failed: { '.tag': 'too_many_write_operations' } };
      if (fault?.failed === 'other') return { '.tag': 'failed', failed: { '.tag': 'other' } };
      try {
        const results = await underWriteLock(world, caller.namespace, () => deleteAll(call, entries));
        return { '.tag': 'complete', entries: results };
      } catch (error) {
        if (!(error instanceof WriteRefused)) throw error;
        return { '.tag': 'complete', entries: entries.map(() => failed({ '.tag': 'too_many_write_operations' })) };
      }
    };
    const outcome = await work();
    if (world.behaviour.deleteAtOnce && !fault && outcome['.tag'] === 'complete' && 'entries' in outcome)
      return { '.tag': 'complete', entries: outcome.entries };
    const id = `dbjid:${base64Url(world.random(24))}`;
    world.jobs.set(id, { owner: caller.owner, polls: fault?.polls ?? world.behaviour.deletePolls, outcome });
    return { '.tag': 'async_job_id', async_job_id: id };
  },
);

const deleteBatchCheck = route(
  { name: 'files/delete_batch/check', ...write },
  struct({ async_job_id: required(text({ min: 1 })) }),
  ({ world, caller }, { async_job_id }): files.DeleteBatchJobStatus => {
    const job = world.jobs.get(async_job_id);
    if (!job || job.owner !== caller.owner)
      throw routeError({ '.tag': 'invalid_async_job_id' } satisfies async.PollError);
    if (job.polls > 0) {
      job.polls -= 1;
      return { '.tag': 'in_progress' };
    }
    return job.outcome;
  },
);

export const deleteJobRoutes: readonly Route[] = [deleteBatch, deleteBatchCheck];
