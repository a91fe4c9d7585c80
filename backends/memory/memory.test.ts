import { testConformance } from '../conformance/vitest.ts';
import { MEMORY_MODES, memoryPlace } from './place.ts';

for (const [mode, switches] of Object.entries(MEMORY_MODES))
  testConformance(`memory storage (${mode})`, () => memoryPlace(mode, switches));
