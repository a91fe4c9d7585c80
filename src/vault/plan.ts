/**
 * Which packs to merge (rules V16, V21). Tells it from rows alone: nothing is read, nothing is written.
 *
 * Packs grow through size tiers by factor eight: several of a tier make one of the next, so that what was pushed is written again
 * about once for each tier, and not with every merge. Packs near the bound of an object are left alone until most of what they
 * hold is dead.
 */
import { MAX_OBJECT_BYTES, type ObjectName } from '../../backends/storage.ts';
import type { DeviceId, Element } from './coverage.ts';
import type { Bytes } from './crypto.ts';
import { tierOf } from './pack.ts';

/** A pack whose place no other takes. */
export interface LivePack {
  /** As in the `packs` table. */
  readonly id: string;
  readonly name: ObjectName;
  /** Bytes. */
  readonly size: number;
  /** The provider's time, in ms since 1970; 0 while this device alone knows of it. */
  readonly time: number;
  readonly covers: readonly Element[];
  /** Pushes that hold a part of it themselves. */
  readonly with: readonly Element[];
  readonly writer: DeviceId | null;
  /** As in the `contents` table. */
  readonly docs: Bytes;
}

export interface Circumstances {
  readonly own: DeviceId | null;
  /** On a weak or metered device only small packs are merged. */
  readonly weak: boolean;
  /** The storage is full: even a few of the smallest are merged, since that gives back some room. */
  readonly urgent: boolean;
  /** How long ago this device first saw the pack in a full listing, in ms by both clocks (rule V22); null while it hasn't. */
  readonly waited: (pack: LivePack) => number | null;
  /** Packs that hold what a purge let go. */
  readonly mustRewrite: ReadonlySet<string>;
  /** Kept between two plans, since it never changes: how much of one pack is in another, by both their keys. */
  readonly shares: Map<string, number>;
}

/** So many packs of a tier are merged, while there are few of the larger ones. */
const FULL = 8;
/**
 * Later so many of tiers 1, 2, 3, and of those above. The smallest are merged in larger lots, since in most merges they are written
 * as whole states for the first time; the largest in smaller ones, since what they hold of the same is most of what is stored twice.
 */
const LOTS = [16, 14, 8, 4];
/** Packs above tier 1 from which on those numbers hold. */
const GROWN = 6;
/** Live packs beyond which half as many are merged, and nobody waits for another device any more. */
const CROWDED = 30;
/** Up to so many live packs the others wait their full time; less the more there are. */
const ROOMY = 28;
/** From here on a pack is frozen. */
const FROZEN = 2_000_000;
/** What a merged pack may be estimated to have: below the bound of an object, as estimates are. */
const FITS = MAX_OBJECT_BYTES - 400_000;
/** A weak device merges packs of at most so much each, and together. */
const WEAK = { each: 64 * 1024, together: 512 * 1024 };
const HOUR = 3_600_000;
/** A device that didn't write the pack which made its tier full waits so long, and up to so much longer, so that one does it for all. */
const WAIT = { least: 2 * HOUR, more: 10 * HOUR };
/** Bytes of a pack besides its entries and its coverage. */
const BARE = 300;
/** A document's whole state and card where only its edits are at hand, in bytes, roughly. */
const STATE = 600;
/** A push of fewer documents than this is taken to hold edits, not whole states. */
const FEW = 64;
/** Of a pack's documents, so many have to be in a frozen one before the two are merged for what that saves. */
const ALIKE = 0.5;

function docsIn(pack: LivePack): number {
  return pack.docs.length / 16;
}

/** Roughly what each document of the pack takes in a merged one. */
function shareOf(pack: LivePack): number {
  const share = Math.max(0, pack.size - BARE - pack.covers.length * 8) / Math.max(1, docsIn(pack));
  const edits = pack.covers.length === 1 && docsIn(pack) < FEW;
  return edits ? Math.max(STATE, share) : share;
}

const hexDigits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function* idsIn(docs: Bytes): Generator<string> {
  for (let at = 0; at < docs.length; at += 16) {
    let id = '';
    for (let index = at; index < at + 16; index++) id += hexDigits[docs[index] as number];
    yield id;
  }
}

/** Bytes that the packs would have as one. */
export function estimate(packs: readonly LivePack[]): number {
  const shares = new Map<string, number>();
  const covers = new Set<Element>();
  for (const pack of packs) {
    const share = shareOf(pack);
    for (const doc of idsIn(pack.docs)) shares.set(doc, Math.max(share, shares.get(doc) ?? 0));
    for (const item of pack.covers) covers.add(item);
  }
  let bytes = BARE + covers.size * 8;
  for (const share of shares.values()) bytes += share;
  return bytes;
}

/** Oldest first. What only this device knows of is the newest. */
function byTime(a: LivePack, b: LivePack): number {
  const [one, other] = [a.time || Number.POSITIVE_INFINITY, b.time || Number.POSITIVE_INFINITY];
  return one === other ? (a.name < b.name ? -1 : 1) : one - other;
}

/** From 0 to 1, the same for the same words. */
function fraction(words: string): number {
  // FNV-1a: spread well enough to keep devices apart.
  let hash = 0x811c9dc5;
  for (let index = 0; index < words.length; index++) hash = Math.imul(hash ^ words.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

/** Whether it is this device's turn, now that this pack has made a merge due (rule V21). */
function isTurn(due: LivePack, live: number, { own, waited }: Circumstances): boolean {
  if (own !== null && due.writer === own) return true;
  const patience = Math.max(0, Math.min(1, (CROWDED - live) / (CROWDED - ROOMY)));
  return (waited(due) ?? 0) >= patience * (WAIT.least + WAIT.more * fraction(`${own} ${due.name}`));
}

/** The tier that a pack counts to: what is pushed in one go is mostly around 1 KB, so that the first two tiers are one here. */
function tierOfPack(bytes: number): number {
  return Math.max(1, tierOf(bytes));
}

/** As many of the smallest as fit into one. */
function fitting(packs: readonly LivePack[], bound: number): LivePack[] {
  const sorted = [...packs].sort((a, b) => a.size - b.size || (a.name < b.name ? -1 : 1));
  while (sorted.length > 1 && estimate(sorted) > bound) sorted.pop();
  return sorted;
}

/** Takes the next tiers along where what comes out would fill them: it needn't be written twice. */
function withCascade(
  inputs: readonly LivePack[],
  unfrozen: readonly LivePack[],
  live: readonly LivePack[],
): LivePack[] {
  let all = [...inputs];
  for (;;) {
    const tier = tierOfPack(estimate(all));
    const more = unfrozen.filter((pack) => !all.includes(pack) && tierOfPack(pack.size) <= tier);
    if (more.filter((pack) => tierOfPack(pack.size) === tier).length + 1 < lotOf(tier, live)) return all;
    const wider = [...all, ...more];
    if (estimate(wider) > FITS) return all;
    all = wider;
  }
}

/** How many packs make a tier full. */
function lotOf(tier: number, live: readonly LivePack[]): number {
  const grown = live.filter((pack) => tierOfPack(pack.size) > 1).length >= GROWN;
  const usual = LOTS[Math.min(tier, LOTS.length) - 1] ?? FULL;
  return grown ? usual : Math.min(FULL, usual);
}

/**
 * Without those that leave a part to packs which aren't among them: what came out would leave that part to them as well, so that it
 * could take nobody else's place, and would be made again and again.
 */
function selfContained(packs: readonly LivePack[]): LivePack[] {
  let left = [...packs];
  // Nearly always. What all of them cover is tens of thousands of pushes after some years, and this is asked with every look.
  if (left.every((pack) => pack.with.length === 0)) return left;
  for (;;) {
    const covered = new Set(left.flatMap((pack) => [...pack.covers]));
    const kept = left.filter((pack) => pack.with.every((item) => covered.has(item)));
    if (kept.length === left.length) return left;
    left = kept;
  }
}

/** The tiers that are full, smallest first: the pack that made each so, and all that it holds. */
function fullTiers(
  unfrozen: readonly LivePack[],
  live: readonly LivePack[],
): { readonly due: LivePack; readonly packs: readonly LivePack[] }[] {
  const tiers = new Map<number, LivePack[]>();
  for (const pack of unfrozen) {
    const tier = tierOfPack(pack.size);
    tiers.set(tier, [...(tiers.get(tier) ?? []), pack]);
  }
  return [...tiers.entries()]
    .sort(([a], [b]) => a - b)
    .flatMap(([tier, all]) => {
      const lot = lotOf(tier, live);
      // The others would fill it for good, and be none of what is merged.
      const packs = selfContained(all);
      const due = packs.sort(byTime)[(live.length < CROWDED ? lot : lot / 2) - 1];
      return due ? [{ due, packs }] : [];
    });
}

/** A pack that must be written anew, and the smallest other: what takes its place has to cover more. */
function rewritten(live: readonly LivePack[], here: Circumstances): Plan | null {
  const [due] = live.filter((pack) => here.mustRewrite.has(pack.id)).sort(byTime);
  if (!due) return null;
  const [partner] = live.filter((pack) => pack !== due).sort((a, b) => a.size - b.size || byTime(a, b));
  return { inputs: partner ? [due, partner].sort(byTime) : [due], rewrite: due, listing: false };
}

/** A frozen pack, and others that hold so much of the same that together they are no more than one, and half of it is saved. */
function thawed(live: readonly LivePack[], { shares }: Circumstances): LivePack[] | null {
  // What is fuller has no room for anything else, whatever that saves.
  const candidates = live.filter((pack) => pack.size <= FITS);
  for (const frozen of candidates.filter((pack) => pack.size >= FROZEN).sort(byTime)) {
    const alike = candidates
      // What is a hundred times smaller saves nothing that would be worth it.
      .filter((pack) => pack !== frozen && docsIn(pack) * 100 >= docsIn(frozen))
      .map((pack) => ({ pack, share: shareWithin(pack, frozen, shares) }))
      .filter(({ share }) => share >= ALIKE)
      .sort((a, b) => b.share - a.share || byTime(a.pack, b.pack));
    // In the best case all that is alike is saved.
    if (alike.reduce((sum, { pack, share }) => sum + share * docsIn(pack), 0) * 2 < docsIn(frozen)) continue;
    const fit = [frozen];
    for (const { pack } of alike) {
      fit.push(pack);
      if (estimate(fit) > FITS) fit.pop();
    }
    const inputs = selfContained(fit);
    if (!inputs.includes(frozen)) continue;
    const saved = inputs.reduce((sum, pack) => sum + pack.size, 0) - estimate(inputs);
    if (inputs.length > 1 && saved >= frozen.size / 2) return inputs;
  }
  return null;
}

/** How much of what a pack holds is in another one, from 0 to 1. */
function shareWithin(pack: LivePack, other: LivePack, shares: Map<string, number>): number {
  const key = `${pack.id} ${other.id}`;
  let share = shares.get(key);
  if (share === undefined) {
    const docs = new Set(idsIn(other.docs));
    let both = 0;
    for (const doc of idsIn(pack.docs)) if (docs.has(doc)) both++;
    share = both / Math.max(1, docsIn(pack));
    shares.set(key, share);
  }
  return share;
}

export interface Plan {
  /** Packs to be made one, oldest first; null when nothing is due for this device now. */
  readonly inputs: readonly LivePack[] | null;
  /** The one among them that mustn't stay as it is, when that is why. */
  readonly rewrite: LivePack | null;
  /** Something is due, and this device can't wait for its turn before a full listing has shown it. */
  readonly listing: boolean;
}

function fewest(unfrozen: readonly LivePack[], bound: number): LivePack[] | null {
  const few = fitting(
    unfrozen.filter((pack) => pack.with.length === 0),
    bound,
  ).slice(0, FULL);
  return few.length > 1 ? few : null;
}

function fromFullTier(live: readonly LivePack[], unfrozen: readonly LivePack[], here: Circumstances) {
  for (const { due, packs } of fullTiers(unfrozen, live)) {
    if (!isTurn(due, live.length, here)) continue;
    const fit = fitting(packs, here.weak ? WEAK.together : FITS);
    const inputs = selfContained(here.weak ? fit : withCascade(fit, unfrozen, live));
    if (inputs.length > 1) return inputs;
  }
  return null;
}

/** The next merge that is due. */
export function planMerge(live: readonly LivePack[], here: Circumstances): Plan {
  const unfrozen = live.filter((pack) => pack.size < (here.weak ? WEAK.each : FROZEN));
  const listing = fullTiers(unfrozen, live).some(({ due }) => here.waited(due) === null);
  const inputs = here.urgent ? fewest(unfrozen, here.weak ? WEAK.together : FITS) : fromFullTier(live, unfrozen, here);
  if (inputs || here.weak || here.urgent) return { inputs: inputs?.sort(byTime) ?? null, rewrite: null, listing };
  const rewrite = rewritten(live, here);
  return rewrite ?? { inputs: thawed(live, here)?.sort(byTime) ?? null, rewrite: null, listing };
}
