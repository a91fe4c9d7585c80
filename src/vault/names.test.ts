import { expect, test } from 'vitest';
import { bytesOf } from '../notes/ids.ts';
import { VAULT } from './examples/packs.ts';
import { nameOf, parseName } from './names.ts';

const HASH = 'ab'.repeat(32);

test('V1 a name tells the vault, the kind and a hash, and nothing else', () => {
  expect(nameOf(VAULT, 'p', bytesOf(HASH))).toBe(`log/${VAULT}.p.${HASH}`);
  expect(nameOf(VAULT, 'k', bytesOf(HASH))).toBe(`log/${VAULT}.k.${HASH}`);
  expect(nameOf(VAULT, 'a', bytesOf(HASH))).toBe(`files/${VAULT}.a.${HASH}`);
  expect(parseName(`log/${VAULT}.p.${HASH}`)).toEqual({ vault: VAULT, kind: 'p', hash: HASH });
});

test('V4 a kind of a newer program is a name, too', () => {
  expect(parseName(`log/${VAULT}.z.${HASH}`)?.kind).toBe('z');
});

test.each([
  ['a stranger', 'log/readme.txt'],
  ['another area', `other/${VAULT}.p.${HASH}`],
  ['capitals', `log/${VAULT.toUpperCase()}.p.${HASH}`],
  ['half a hash', `log/${VAULT}.p.${HASH.slice(32)}`],
  ['a copy that somebody made', `log/${VAULT}.p.${HASH} (1)`],
  ['two kinds', `log/${VAULT}.pk.${HASH}`],
])('V1 %s is none of our names', (_, name) => {
  expect(parseName(name)).toBe(null);
});
