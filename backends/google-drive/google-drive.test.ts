/** The storage contract, kept over real HTTP on this computer, in both of the spaces and with all of Drive's manners. */
import { PAGED, testConformance } from '../conformance/vitest.ts';
import { createHandClock } from '../hand-clock.ts';
import { serveDriveEmulator } from './emulator/serve.ts';
import type { Behaviour } from './emulator/world.ts';
import { emulatedDrivePlace } from './place.ts';
import type { Space } from './settings.ts';

const CALM: Partial<Behaviour> = {};
/** Listings, the index of names and the feed are all late, the feed out of order as well. */
const LATE: Partial<Behaviour> = { nameLag: 60_000, listLag: 12_000, changesLag: 30_000, reorder: true };
/** Devices that share nothing, with a feed that can't be relied on, and two files for each object. */
const TWICE: Partial<Behaviour> = { changesLag: 30_000, reorder: true, twins: true };

const MODES: readonly (readonly [title: string, space: Space, behaviour: Partial<Behaviour>, together: boolean])[] = [
  ['visible folder', 'drive', CALM, false],
  ['hidden folder', 'appDataFolder', CALM, false],
  ['visible folder, everything twice, the feed late and out of order', 'drive', TWICE, false],
  ['hidden folder, everything late', 'appDataFolder', LATE, true],
];

for (const [title, space, behaviour, together] of MODES) {
  const makePlace = async () => {
    const clock = createHandClock();
    const served = await serveDriveEmulator({ clock, behaviour });
    const { emulator, url } = served;
    return emulatedDrivePlace({
      emulator,
      clock,
      fetch,
      api: url,
      space,
      together,
      title,
      close: () => served.close(),
    });
  };
  // What late listings leave out, the journal tells in one page.
  testConformance(`Google Drive, ${title},`, makePlace, { leaveOut: behaviour === LATE ? PAGED.slice(0, 1) : [] });
}
