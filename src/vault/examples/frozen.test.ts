/**
 * Vaults that people might have had are never edited and never made anew: whatever a later version writes, it opens these. A test
 * that fails here says that one of them was changed. Put it back; a new way of writing needs an example of its own
 * (docs/vault-format.md §9).
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PURGE } from '../entry-kinds.ts';
import { importRing, keyRing } from '../keys.ts';
import { parseName, type VaultId } from '../names.ts';
import { openSlot, readSlot } from '../slots.ts';
import { synchronousCompression, synchronousCrypto } from '../simulator/synchronous.ts';
import { ENTROPY } from './devices.ts';
import { readWhole } from './packs.ts';
import type { Example } from './two-devices.ts';

/** SHA-256 of each file. Lines are only ever added. */
const FROZEN: Readonly<Record<string, string>> = {
  'two-devices-stored.json': '7707deb12d202853bb7c16769da92729a68d7a0ca142b45c1496535eb4f8aa33',
  'two-devices.json': 'd14fe52cbba394e29cc816d83c2319cee920402532b46ee4e6ed7e2883888f5f',
  'years-later-stored.json': 'ba132fb4bcfd9d90317e2302af10caeff9246a1c5b10158d272cba724b335a4a',
  'years-later.json': '57286ff556763eb9878adecde63614e25d33882706f3c1eaceb11397f716b497',
};

const here = new URL('.', import.meta.url);
const files = readdirSync(here).filter((name) => name.endsWith('.json'));

test.each(files)('V4 %s is as it was when it was checked in', (name) => {
  const hash = createHash('sha256')
    .update(readFileSync(new URL(name, here)))
    .digest('hex');
  expect(hash).toBe(FROZEN[name]);
});

test('V4 no example was taken away', () => {
  expect(files.toSorted()).toEqual(Object.keys(FROZEN).toSorted());
});

const deps = { crypto: synchronousCrypto(() => 0), compression: synchronousCompression };

/** What lies in an example, by kind of object. */
async function packsOf(name: string) {
  const example = JSON.parse(readFileSync(new URL(name, here), 'utf8')) as Example;
  const objects = Object.entries(example.objects).map(([of, text]) => ({
    kind: parseName(of)?.kind,
    vault: parseName(of)?.vault as VaultId,
    bytes: new Uint8Array(Buffer.from(text, 'base64')),
  }));
  const slots = objects.filter(({ kind }) => kind === 'k').map(({ bytes }) => readSlot(bytes));
  const slot = slots.find(({ kind }) => kind === 'words');
  if (!slot) throw new Error('no slot for the words');
  const ring = keyRing(
    await importRing(deps.crypto, await openSlot(deps.crypto, slot, { kind: 'words', entropy: ENTROPY })),
  );
  const packs = objects.filter(({ kind }) => kind === 'p');
  const manifests = await Promise.all(
    packs.map(async ({ bytes, vault }) => (await readWhole(deps, bytes, ring, vault)).head.manifest),
  );
  return { manifests, chunks: objects.filter(({ kind }) => kind === 'a').length };
}

test('V37 the vaults that were kept for years have what they are there for', async () => {
  const examples = await Promise.all(['years-later.json', 'years-later-stored.json'].map(packsOf));
  for (const { manifests, chunks } of examples) {
    const pushes = manifests.filter(({ covers }) => covers === null);
    expect(chunks).toBe(1);
    expect(new Set(pushes.map(({ device }) => device)).size).toBe(3);
    expect(pushes.every(({ sequence }) => sequence > 0)).toBe(true);
    expect(manifests.flatMap(({ kinds }) => kinds)).toEqual(expect.arrayContaining([0, 1, PURGE, 7, 9]));
  }
  const others = examples.flatMap(({ manifests }) =>
    manifests.flatMap(({ covers, ...rest }) => (covers === null ? [] : [{ ...rest, covers }])),
  );
  expect(others.every(({ sequence }) => sequence === 0)).toBe(true);
  // Merged again and again, and a moment ago; a hole that was healed; one of which a part lies elsewhere.
  expect(others.filter(({ covers, tier }) => covers.size > 60 && tier > 0).length).toBeGreaterThan(1);
  expect(others.some(({ covers }) => covers.size === 8)).toBe(true);
  expect(others.some(({ covers, with: left }) => covers.size === 1 && left.size === 0)).toBe(true);
  expect(others.filter(({ covers, with: left }) => covers.size === 1 && left.size === 1)).toHaveLength(2);
  expect(others.some(({ inline }) => inline.some(({ kind }) => kind === PURGE))).toBe(true);
});
