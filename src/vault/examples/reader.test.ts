/**
 * A reader of vaults, written from docs/vault-format.md alone and sharing no line with the program, to prove that page.
 * Paragraph signs name its sections.
 */
import { createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { argon2id } from 'hash-wasm';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';

type Value = number | string | boolean | null | Buffer | Value[] | Map<string, Value>;

/** §2 */
function cbor(bytes: Buffer): Value {
  let at = 0;
  function take(length: number): Buffer {
    if (at + length > bytes.length) throw new Error('cut');
    at += length;
    return bytes.subarray(at - length, at);
  }
  function argument(low: number): number {
    if (low < 24) return low;
    if (low > 27) throw new Error('indefinite or reserved');
    const value = Number(BigInt(`0x${take(2 ** (low - 24)).toString('hex')}`));
    const least = [24, 256, 65_536, 4_294_967_296][low - 24] as number;
    if (value < least || !Number.isSafeInteger(value)) throw new Error('not the shortest form');
    return value;
  }
  function item(): Value {
    const first = take(1)[0] as number;
    const low = first & 31;
    switch (first >> 5) {
      case 0:
        return argument(low);
      case 1:
        return -1 - argument(low);
      case 2:
        return take(argument(low));
      case 3:
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(take(argument(low)));
      case 4: {
        const list: Value[] = [];
        for (let left = argument(low); left > 0; left--) list.push(item());
        return list;
      }
      case 5: {
        const map = new Map<string, Value>();
        let before = Buffer.alloc(0);
        for (let left = argument(low); left > 0; left--) {
          const start = at;
          const key = item();
          const encoded = bytes.subarray(start, at);
          if (typeof key !== 'string' || Buffer.compare(before, encoded) >= 0) throw new Error('not sorted');
          before = Buffer.from(encoded);
          map.set(key, item());
        }
        return map;
      }
      default:
        if (first === 0xf4 || first === 0xf5) return first === 0xf5;
        if (first === 0xf6) return null;
        throw new Error('a tag, a float or another simple value');
    }
  }
  const value = item();
  if (at !== bytes.length) throw new Error('something follows');
  return value;
}

const map = (value: Value | undefined) => value as Map<string, Value>;
const list = (value: Value | undefined) => value as Value[];
const hkdf = (material: Uint8Array, salt: Uint8Array, info: string) =>
  Buffer.from(hkdfSync('sha256', material, salt, info, 32));

function unseal(key: Buffer, nonce: Buffer, associated: Buffer, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
  decipher.setAAD(associated).setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
}

type Secret = { passphrase: string } | { words: string };

/** §4, the words of BIP-39. */
function entropyOf(words: string): Buffer {
  const bits = words
    .split(' ')
    .map((word) => wordlist.indexOf(word).toString(2).padStart(11, '0'))
    .join('');
  const entropy = Buffer.from(
    Array.from({ length: 16 }, (_, index) => Number.parseInt(bits.slice(index * 8, index * 8 + 8), 2)),
  );
  const check = (createHash('sha256').update(entropy).digest()[0] as number) >> 4;
  if (bits.length !== 132 || check !== Number.parseInt(bits.slice(128), 2)) throw new Error('a wrong word');
  return entropy;
}

/** §4. Null for a slot of another kind of secret. */
async function ringOf(slot: Buffer, secret: Secret): Promise<Map<string, Buffer> | null> {
  const end = 30 + slot.readUInt32BE(26);
  const params = map(cbor(slot.subarray(30, end)));
  const kind = 'words' in secret ? 'words' : 'passphrase';
  if (params.get('kind') !== kind) return null;
  const salt = params.get('salt') as Buffer;
  const material =
    'words' in secret
      ? entropyOf(secret.words)
      : await argon2id({
          password: secret.passphrase.normalize('NFKC'),
          salt,
          memorySize: params.get('memory') as number,
          iterations: params.get('passes') as number,
          parallelism: params.get('lanes') as number,
          hashLength: 32,
          outputType: 'binary',
        });
  const key = hkdf(material, salt, `satchel/1/slot/${kind}`);
  const ring = map(cbor(unseal(key, slot.subarray(end, end + 12), slot.subarray(0, end), slot.subarray(end + 12))));
  return new Map(
    list(ring.get('keys')).map((pair) => [(list(pair)[0] as Buffer).toString('hex'), list(pair)[1] as Buffer]),
  );
}

interface Entry {
  readonly document: string;
  readonly kind: number;
  readonly payload: Buffer;
}

interface Pack {
  readonly entries: readonly Entry[];
  /** Pushes as `<device>/<number>/<hash>`; itself for a push. */
  readonly covers: readonly string[];
  readonly with: readonly string[];
}

/** §5 */
function coverage(value: Value | undefined): string[] {
  return [...map(value)].flatMap(([device, runs]) =>
    list(runs).flatMap((run) => {
      const [first, hashes] = list(run) as [number, Buffer];
      return Array.from({ length: hashes.length / 8 }, (_, at) => {
        const hash = hashes.toString('hex', at * 8, at * 8 + 8);
        return `${device}/${first + at}/${hash}`;
      });
    }),
  );
}

/** §3 and §5 */
function packOf(name: string, pack: Buffer, ring: ReadonlyMap<string, Buffer>): Pack {
  if (pack.toString('latin1', 0, 9) !== 'SATCHEL\x01p') throw new Error('not a pack of format 1');
  const [headBlocks, count] = [pack.readUInt16BE(66), pack.readUInt16BE(68)];
  const header = pack.subarray(0, 70 + 4 * count);
  const vaultKey = ring.get(pack.toString('hex', 26, 34));
  if (!vaultKey) throw new Error('a key that is not in the ring');
  const key = hkdf(vaultKey, pack.subarray(34, 66), 'satchel/1/p');
  let start = header.length;
  let inflated: number[] = [];
  const blocks: Value[] = [];
  for (let index = 0; index < count; index++) {
    const length = header.readUInt32BE(70 + 4 * index);
    const [nonce, tail] = [Buffer.alloc(12), Buffer.alloc(5)];
    nonce.writeUInt32BE(index, 8);
    tail.writeUInt32BE(index);
    tail[4] = index === count - 1 ? 1 : 0;
    const packed = unseal(key, nonce, Buffer.concat([header, tail]), pack.subarray(start, start + length));
    start += length;
    const limit = index === 0 ? 16_777_216 : (inflated[index - 1] as number);
    blocks.push(cbor(inflateRawSync(packed, { maxOutputLength: limit })));
    if (index === 0) inflated = list(map(blocks[0]).get('inflated')) as number[];
  }
  if (start !== pack.length) throw new Error('something follows the last block');
  const manifest = map(blocks[0]);
  const rows = blocks.slice(1, headBlocks).flatMap(list);
  if (rows.length !== manifest.get('entries')) throw new Error('another number of rows');
  const inline = list(manifest.get('inline')).map(list);
  const device = (manifest.get('device') as Buffer).toString('hex');
  const own = `${device}/${manifest.get('sequence') as number}/${name.slice(-64, -48)}`;
  const covers = manifest.get('covers') === null ? [own] : coverage(manifest.get('covers'));
  const left = manifest.has('with') ? coverage(manifest.get('with')) : [];
  const entries = [
    ...inline.map(([document, kind, payload]) => ({ document, kind, payload })),
    ...rows.map(list).map(([document, kind, block, place]) => {
      const payload = list(blocks[headBlocks + (block as number)])[place as number];
      return { document, kind, payload };
    }),
  ].map(({ document, kind, payload }) => {
    if (!Buffer.isBuffer(payload)) throw new Error('an entry that is not there');
    return { document: (document as Buffer).toString('hex'), kind: kind as number, payload };
  });
  return { entries, covers, with: left };
}

interface Purge {
  readonly id: string;
  readonly at: number;
  readonly seen: Map<number, number>;
}

/** §5, entries of kind 2. */
function purgeOf(payload: Buffer): Purge {
  const fields = map(cbor(payload));
  if (typeof fields.get('good') !== 'boolean') throw new Error('nobody says who deleted it');
  return {
    id: createHash('sha256').update(payload).digest('hex').slice(0, 16),
    at: fields.get('at') as number,
    seen: Y.decodeStateVector(fields.get('seen') as Buffer),
  };
}

/** §6: null for a note that isn't shown, else since when it lies in the trash for having been deleted for good. */
function standingOf(doc: Y.Doc, purges: readonly Purge[]): { readonly since: number | null } | null {
  const clients = [...Y.decodeStateVector(Y.encodeStateVector(doc))];
  const isSeen = clients.every(([client, clock]) => purges.some(({ seen }) => (seen.get(client) ?? 0) >= clock));
  if (purges.length > 0 && isSeen) return null;
  const open = purges.filter(({ id }) => doc.getMap('props').get(`back:${id}`) !== true);
  return { since: open.length > 0 ? Math.max(...open.map(({ at }) => at)) : null };
}

/**
 * §7
 * @param skipping passes over what is covered by packs that were read, beginning with those that cover most.
 */
async function readVault(objects: ReadonlyMap<string, Buffer>, secret: Secret, skipping = false) {
  let ring: Map<string, Buffer> | null = null;
  for (const [name, bytes] of objects) {
    const [, kind, hash] = name.split('.');
    if (kind === 'a') continue;
    if (createHash('sha256').update(bytes).digest('hex') !== hash) throw new Error('not what its name says');
    if (kind === 'k') ring ??= await ringOf(bytes, secret);
  }
  const docs = new Map<string, Y.Doc>();
  const aside: Entry[] = [];
  const purges = new Map<string, Purge[]>();
  const packs = [...objects]
    .filter(([name]) => name.split('.')[1] === 'p')
    .map(([name, bytes]) => packOf(name, bytes, ring ?? new Map()));
  if (skipping) packs.sort((a, b) => b.covers.length - a.covers.length);
  const covered = new Set<string>();
  const waiting: Pack[] = [];
  let skipped = 0;
  for (const pack of packs) {
    if (skipping && pack.covers.every((push) => covered.has(push))) {
      skipped++;
      continue;
    }
    for (const { document, kind, payload } of pack.entries) {
      const doc = docs.get(document) ?? new Y.Doc();
      if (kind <= 1) Y.applyUpdate(docs.set(document, doc).get(document) as Y.Doc, payload);
      else if (kind === 2) purges.set(document, [...(purges.get(document) ?? []), purgeOf(payload)]);
      else if (kind > 3) aside.push({ document, kind, payload });
    }
    waiting.push(pack);
    for (const { covers, with: left } of waiting)
      if (left.every((push) => covered.has(push))) for (const push of covers) covered.add(push);
  }
  return { docs, aside, purges, packs, skipped };
}

interface Example {
  readonly passphrase: string;
  readonly words: string;
  readonly objects: Record<string, string>;
  readonly notes: Record<string, Record<string, unknown>>;
  readonly notebooks: { readonly id: string; readonly name: string; readonly parent: string | null }[];
  readonly aside: { readonly document: string; readonly kind: number; readonly payload: string }[];
  readonly purged?: readonly string[];
}

/** §6, as an example says it. @param named the notebooks to look for */
function shownIn(
  { docs, aside, purges }: Awaited<ReturnType<typeof readVault>>,
  named: Example['notebooks'],
): Required<Pick<Example, 'notes' | 'notebooks' | 'aside' | 'purged'>> {
  const hidden = new Set(purges.keys());
  const notes: Record<string, Record<string, unknown>> = {};
  for (const [id, doc] of docs) {
    const standing = /^0{30}/.test(id) ? null : standingOf(doc, purges.get(id) ?? []);
    if (!standing) continue;
    hidden.delete(id);
    const props = doc.getMap('props');
    const tags = [...props.keys()].filter((key) => key.startsWith('tag:') && props.get(key) === true);
    notes[id] = {
      text: doc.getText('text').toJSON(),
      created: props.get('created'),
      modified: props.get('modified'),
      notebook: props.get('notebook') ?? null,
      pinned: props.get('pinned') ?? false,
      trashedAt: props.get('trashedAt') ?? standing.since,
      tags: tags.map((key) => key.slice(4)).sort(),
    };
  }
  const library = docs.get('0'.repeat(32))?.getMap<string | undefined>('notebooks');
  return {
    notes,
    notebooks: named.map(({ id }) => ({
      id,
      name: library?.get(`${id}:name`) ?? '',
      parent: library?.get(`${id}:parent`) ?? null,
    })),
    aside: aside
      .map(({ document, kind, payload }) => ({ document, kind, payload: payload.toString('base64') }))
      .sort((a, b) => b.kind - a.kind),
    purged: [...hidden].sort(),
  };
}

const here = new URL('.', import.meta.url);
const files = readdirSync(here).filter((file) => file.endsWith('.json'));

test('there are examples to read', () => {
  expect(files.length).toBeGreaterThan(1);
});

describe.each(files)('%s', (file) => {
  const example = JSON.parse(readFileSync(new URL(file, here), 'utf8')) as Example;
  const objects = new Map(Object.entries(example.objects).map(([name, text]) => [name, Buffer.from(text, 'base64')]));

  test.each([
    ['passphrase', { passphrase: example.passphrase }],
    ['words', { words: example.words }],
  ])('is read by a program that was written from the page alone, with its %s', async (_, secret) => {
    const shown = shownIn(await readVault(objects, secret), example.notebooks);
    expect({ purged: [], ...example }).toMatchObject(shown);
    expect(Object.keys(shown.notes).sort()).toEqual(Object.keys(example.notes).sort());
  });

  test('is the same to a reader that passes over what others cover', async () => {
    const secret = { words: example.words };
    const read = await readVault(objects, secret, true);
    const whole = await readVault(objects, secret);
    expect(shownIn(read, example.notebooks)).toEqual(shownIn(whole, example.notebooks));
    expect([whole.skipped, read.skipped > 0]).toEqual([0, file === 'years-later.json']);
  });
});
