/**
 * What the simulated people write, so that each piece of it can be followed: a token is one character that is used once in a
 * run, which no edit can split. In the library the ids of the notebooks serve, since names may be overwritten.
 */
import type * as Y from 'yjs';

const FIRST = 0x4e00;
const LAST = 0x9fff;
const TOKEN = /[\u4e00-\u9fff]/gu;

export function createTokens(): () => string {
  let next = FIRST;
  return () => {
    if (next > LAST) throw new RangeError('a run has no more than 20,992 tokens');
    return String.fromCharCode(next++);
  };
}

export function tokensIn(text: string): readonly string[] {
  return text.match(TOKEN) ?? [];
}

export function tokensOf(doc: Y.Doc): Set<string> {
  const tokens = new Set(tokensIn(doc.getText('text').toJSON()));
  for (const key of doc.getMap('props').keys()) for (const token of tokensIn(key)) tokens.add(token);
  for (const key of doc.getMap('notebooks').keys()) if (key.endsWith(':name')) tokens.add(key);
  return tokens;
}
