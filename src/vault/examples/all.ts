/** The frozen vaults: the file of each, and how it was made. */
import { synchronousCompression } from '../simulator/synchronous.ts';
import { type Example, makeTwoDevices, storedCompression } from './two-devices.ts';
import { makeYearsLater } from './years-later.ts';

const SAME_EVERYWHERE = 'The same with stored DEFLATE blocks, so that every byte is the same everywhere.';

export const EXAMPLES: Readonly<Record<string, () => Promise<Example>>> = {
  'two-devices.json': () =>
    makeTwoDevices('Two devices and a newer program, as programs write.', synchronousCompression),
  'two-devices-stored.json': () => makeTwoDevices(SAME_EVERYWHERE, storedCompression),
  'years-later.json': () =>
    makeYearsLater(
      'Packs that were merged, notes that were deleted for good, a hole that was healed.',
      synchronousCompression,
    ),
  'years-later-stored.json': () => makeYearsLater(SAME_EVERYWHERE, storedCompression),
};
