/** A process that is nothing but the memory storage. Tells its parent its port. */
import type { Storage } from '../../backends/storage.ts';
import { openMemory } from '../../backends/memory/client.ts';
import { createMemory } from '../connection.ts';
import { takeApart } from '../stored.ts';
import { serve } from './wire.ts';

const provider = createMemory();
const storage: Storage = openMemory(provider);
const port = await serve({
  put: (...args: Parameters<Storage['put']>) => storage.put(...args),
  get: (...args: Parameters<Storage['get']>) => storage.get(...args),
  changes: (...args: Parameters<Storage['changes']>) => storage.changes(...args),
  about: () => storage.about(),
  takeApart: async () => takeApart([...provider.objects()].map(([name, { bytes }]) => [name, bytes] as const)),
});
process.send?.(port);
