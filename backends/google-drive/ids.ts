/**
 * Ids for files, reserved in advance. Drive takes a file's id from who makes it, and answers 409 when it is in use:
 * that is what makes an upload safe to repeat.
 * https://developers.google.com/workspace/drive/api/guides/create-file#generate-ids
 */
import type { drive_v3 } from '@googleapis/drive';
import { fieldOf } from '../field-of.ts';
import { foreignAnswer } from './failure.ts';
import type { QueryOf } from './file.ts';
import { type Kept, readDriveSettings } from './settings.ts';
import { createSharedRun } from './shared-run.ts';
import { type Transport, call } from './transport.ts';

export interface Ids {
  /**
   * The id that this key has, or has from now on; it is stored when this resolves.
   * @param key an object's name, or "folder/<role>".
   */
  reserve(key: string, signal: AbortSignal | undefined): Promise<string>;
  /** The file is there: the id has done its work. It is forgotten with whatever is saved next. */
  settle(key: string): void;
  /** The id belongs to another file. Those reserved with it are probably used as well, as in a profile that was restored. */
  abandon(key: string): Promise<void>;
}

/** As many as a busy day needs; they lie in the settings, which are written before each upload. */
const AT_ONCE = 200;
/** Uploads that were never ended, and never tried again, aren't remembered for ever. */
const MOST_PENDING = 64;

export function createIds(deps: { readonly kept: Kept; readonly transport: Transport }): Ids {
  const { kept } = deps;
  const read = () => readDriveSettings(kept.settings());
  const settled = new Set<string>();

  const refill = createSharedRun(async (signal) => {
    const method = 'files.generateIds';
    const answer = await call(deps.transport, {
      method,
      verb: 'GET',
      path: '/drive/v3/files/generateIds',
      query: {
        count: String(AT_ONCE),
        space: read().space,
        type: 'files',
        fields: 'ids',
      } satisfies QueryOf<drive_v3.Params$Resource$Files$Generateids>,
      signal,
    });
    const ids = fieldOf(answer, 'ids');
    if (!Array.isArray(ids) || ids.length === 0 || !ids.every((id) => typeof id === 'string'))
      throw foreignAnswer(method, 'something that is no list of ids');
    await kept.change({ ids: [...read().ids, ...ids] });
  });

  function pendingWithout(keys: ReadonlySet<string>): [string, string][] {
    return Object.entries(read().pending).filter(([key]) => !keys.has(key));
  }

  return {
    async reserve(key, signal) {
      for (;;) {
        const { ids, pending } = read();
        if (!settled.has(key) && pending[key] !== undefined) return pending[key];
        const [id, ...left] = ids;
        if (id === undefined) {
          await refill.join(signal);
          continue;
        }
        const others = pendingWithout(new Set([...settled, key])).slice(1 - MOST_PENDING);
        settled.clear();
        const saved = kept.change({ ids: left, pending: Object.fromEntries([...others, [key, id]]) });
        await saved;
        signal?.throwIfAborted();
        return id;
      }
    },
    settle: (key) => void settled.add(key),
    abandon: (key) => kept.change({ ids: [], pending: Object.fromEntries(pendingWithout(new Set([key]))) }),
  };
}
