/**
 * Yjs draws 32 random numbers from the platform for each document that it makes, for an id that nothing here uses: a fifth of a
 * run's time. Imported before Yjs is, this gives it numbers that are fast and the same in every run. What the vault itself needs
 * comes from each device's own seeded source.
 */
import { webcrypto } from 'node:crypto';
import { seededRandom } from '../../../backends/seeded-random.ts';

const random = seededRandom(1);

webcrypto.getRandomValues = <Numbers extends Parameters<typeof webcrypto.getRandomValues>[0]>(numbers: Numbers) => {
  if (numbers instanceof Uint32Array || numbers instanceof Uint8Array)
    for (let index = 0; index < numbers.length; index++) numbers[index] = Math.floor(random() * 0x1_0000_0000);
  else throw new TypeError('only Yjs asks here, for bytes and 32-bit numbers');
  return numbers;
};
