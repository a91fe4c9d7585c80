/** The storage contract, kept over real HTTP on this computer, in both of the ways that lead through CORS. */
import { testConformance } from '../conformance/vitest.ts';
import { serveDropboxEmulator } from './emulator/serve.ts';
import { emulatedDropboxPlace } from './place.ts';

for (const mode of ['header', 'url'] as const) {
  testConformance(`Dropbox in ${mode} mode`, async () => {
    const served = await serveDropboxEmulator();
    const { emulator, endpoints } = served;
    return emulatedDropboxPlace({
      emulator,
      fetch,
      endpoints,
      mode,
      title: `${mode} mode`,
      close: () => served.close(),
    });
  });
}
