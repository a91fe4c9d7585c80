/** How hard a passphrase is to guess. A chunk of its own, for its word lists. */
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import graphs from '@zxcvbn-ts/language-common/dist/adjacencyGraphs.json.mjs';
import diceware from '@zxcvbn-ts/language-common/dist/diceware.json.mjs';
import passwords from '@zxcvbn-ts/language-common/dist/passwords.json.mjs';
import firstnames from '@zxcvbn-ts/language-en/dist/firstnames.json.mjs';
import wikipedia from '@zxcvbn-ts/language-en/dist/wikipedia.json.mjs';

const zxcvbn = new ZxcvbnFactory({ dictionary: { passwords, diceware, wikipedia, firstnames }, graphs });

/** What is longer is judged by its beginning, so that a pasted page doesn't hold up the window. */
const JUDGED = 100;

/** 0, far too easy, to 4, strong: zxcvbn's score. */
export function strengthOf(passphrase: string): number {
  return zxcvbn.check(passphrase.slice(0, JUDGED), ['satchel', 'notes', 'vault']).score;
}
