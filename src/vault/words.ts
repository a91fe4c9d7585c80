/** Recovery words: 128 random bits as twelve words of the BIP-39 English list, the last carrying a checksum. */
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import type { Bytes, Crypto } from './crypto.ts';

export const WORD_COUNT = 12;

export function newWords(crypto: Crypto): readonly string[] {
  return entropyToMnemonic(crypto.random(16), wordlist).split(' ');
}

/**
 * The 16 bytes behind the words, however they were spaced or capitalised.
 * @returns null when these aren't twelve words of the list, or their checksum doesn't fit.
 */
export function entropyOf(text: string): Bytes | null {
  const words = text
    .normalize('NFKD')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '');
  if (words.length !== WORD_COUNT) return null;
  try {
    return mnemonicToEntropy(words.join(' '), wordlist);
  } catch {
    return null;
  }
}
