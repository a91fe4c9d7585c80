/**
 * Knowledge of packs as a set (rule V10): what a device has applied, what a pack covers, what a writer says it had.
 * An element is one push: (device, sequence, first 8 bytes of the pack's hash). The hash is in it because a profile
 * restored from an old copy can use a sequence number twice.
 */
import { bytesOf, hexOf } from '../notes/ids.ts';
import { DEVICES } from './bounds.ts';
import { type Cbor, expect } from './cbor.ts';
import { VaultError } from './errors.ts';

declare const brand: unique symbol;

/** 16 random bytes as 32 hexadecimal digits, drawn at a device's first push. */
export type DeviceId = string & { readonly [brand]: 'DeviceId' };

/** `<device>/<sequence>/<hash, 16 hexadecimal digits>` */
export type Element = string & { readonly [brand]: 'Element' };

export type Coverage = ReadonlySet<Element>;

export interface ElementParts {
  readonly device: DeviceId;
  readonly sequence: number;
  readonly hash: string;
}

/** @param hash of the pack, at least 8 bytes in hexadecimal. */
export function element(device: DeviceId, sequence: number, hash: string): Element {
  return `${device}/${sequence}/${hash.slice(0, 16)}` as Element;
}

export function partsOf(element: Element): ElementParts {
  const [device, sequence, hash] = element.split('/') as [string, string, string];
  return { device: device as DeviceId, sequence: Number(sequence), hash };
}

/**
 * As CBOR: a map from device (hexadecimal) to runs `[first sequence, hashes of 8 bytes each, one after another]`,
 * runs ascending and as long as possible. Where a sequence number stands twice, the second starts a run of its own.
 */
export function encodeCoverage(coverage: Iterable<Element>): Cbor {
  const byDevice = new Map<string, ElementParts[]>();
  for (const item of coverage) {
    const parts = partsOf(item);
    const list = byDevice.get(parts.device);
    if (list) list.push(parts);
    else byDevice.set(parts.device, [parts]);
  }
  const map: Record<string, Cbor> = {};
  for (const [device, list] of byDevice) {
    list.sort((a, b) => a.sequence - b.sequence || (a.hash < b.hash ? -1 : 1));
    const runs: { first: number; hashes: string[] }[] = [];
    for (const { sequence, hash } of list) {
      const run = runs.at(-1);
      if (run && run.first + run.hashes.length === sequence) run.hashes.push(hash);
      else runs.push({ first: sequence, hashes: [hash] });
    }
    map[device] = runs.map(({ first, hashes }) => [first, bytesOf(hashes.join(''))]);
  }
  return map;
}

/** @param most pushes that it may name. @throws {VaultError} `Damaged` */
export function decodeCoverage(value: Cbor | undefined, most: number): Set<Element> {
  const set = new Set<Element>();
  let named = 0;
  const devices = Object.entries(expect.map(value, 'coverage'));
  if (devices.length > DEVICES) throw new VaultError('Damaged', 'coverage names more devices than anybody has');
  for (const [device, runs] of devices) {
    if (!/^[0-9a-f]{32}$/.test(device)) throw new VaultError('Damaged', 'coverage names no device');
    for (const run of expect.list(runs, 'coverage runs')) {
      const [first, packed] = expect.list(run, 'coverage run');
      const start = expect.uint(first, 'first sequence');
      const hashes = hexOf(expect.bytes(packed, 'coverage hashes'));
      if (hashes.length === 0 || hashes.length % 16 !== 0)
        throw new VaultError('Damaged', 'coverage hashes are cut short');
      named += hashes.length / 16;
      if (named > most) throw new VaultError('Damaged', 'coverage names more pushes than any pack of ours');
      for (let at = 0; at * 16 < hashes.length; at++) {
        set.add(element(device as DeviceId, start + at, hashes.slice(at * 16, at * 16 + 16)));
      }
    }
  }
  return set;
}
