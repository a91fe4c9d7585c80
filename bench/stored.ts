/** What lies in the storage, byte by byte, against the same Markdown compressed and nothing else. */
import { deflateRawSync } from 'node:zlib';
import { blockStart, headEnd, readHeader } from '../src/vault/object.ts';
import { parseName } from '../src/vault/names.ts';
import { createMemoryState } from '../src/vault/memory-state.ts';
import { openMemory } from '../backends/memory/client.ts';
import { corpus } from './corpus.ts';
import { found, placeOf } from './device.ts';
import { fill, rowsOf, type Size } from './library.ts';
import { createMemory } from './connection.ts';

const BLOCK = 256 * 1024;
/** Of AES-GCM, behind each block. */
const TAG = 16;

export interface Stored {
  /** Bytes of Markdown, plain and in deflated blocks of 256 KB. */
  readonly plain: number;
  readonly deflated: number;
  readonly packs: number;
  /** All that is stored; the parts below add up to it. */
  readonly stored: number;
  /** Manifests and cards. */
  readonly heads: number;
  readonly bodies: number;
  /** Plain headers, authentication tags, key slots. */
  readonly overhead: number;
  /** Of the newest pack, the bytes from its beginning that hold the newest cards, a first screen at least. */
  readonly firstScreen: number;
}

/** @param objects name and bytes of each, as stored; the last pack is the newest. */
export function takeApart(objects: Iterable<readonly [string, Uint8Array]>) {
  const parts = { packs: 0, stored: 0, heads: 0, bodies: 0, overhead: 0, firstScreen: 0 };
  for (const [name, bytes] of objects) {
    parts.stored += bytes.length;
    if (parseName(name)?.kind !== 'p') {
      parts.overhead += bytes.length;
      continue;
    }
    const header = readHeader(bytes);
    if ('needs' in header) throw new Error(`${name} is no whole pack`);
    const blocks = header.lengths.length;
    const overhead = header.bytes.length + blocks * TAG;
    const head = headEnd(header) - header.bytes.length - header.headBlocks * TAG;
    parts.packs++;
    parts.overhead += overhead;
    parts.heads += head;
    parts.bodies += bytes.length - overhead - head;
    parts.firstScreen = blockStart(header, Math.min(2, header.headBlocks));
  }
  return parts;
}

export async function measureStored(size: Size): Promise<Stored> {
  const markdown = Buffer.concat(Array.from(corpus(size), (note) => Buffer.from(note.markdown)));
  let deflated = 0;
  for (let from = 0; from < markdown.length; from += BLOCK)
    deflated += deflateRawSync(markdown.subarray(from, from + BLOCK)).length;
  const provider = createMemory();
  const state = createMemoryState();
  await fill(state, rowsOf(size));
  await (await found(placeOf(state, openMemory(provider)))).sync();
  const objects = [...provider.objects()].map(([name, { bytes }]) => [name, bytes] as const);
  return { plain: markdown.length, deflated, ...takeApart(objects) };
}
