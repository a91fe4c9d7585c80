/** Which format is written, so that programs of several ages write one vault together (rule V4). */
import { type Context, openContext, type Place } from './context.ts';
import { type DeviceId, type Element, partsOf } from './coverage.ts';
import { KNOWN_KINDS } from './entry-kinds.ts';
import { newestFormat } from './object.ts';
import type { Manifest } from './pack.ts';
import { type PackRow, readMeta, type Transaction, writeMeta } from './state.ts';

/** A device that wrote nothing for so long holds no new format back. */
const SILENT = 90 * 86_400_000;
/** What every program reads. */
const FIRST_FORMAT = 1;

/**
 * The newest format that every device reads which wrote within 90 days of the provider's time; this program's newest, where the
 * person agreed to it.
 */
export async function formatToWrite(ctx: Context): Promise<number> {
  const newest = newestFormat(ctx.deps);
  if (newest === FIRST_FORMAT) return FIRST_FORMAT;
  return ctx.state.read(['devices', 'meta'], async (tx) => {
    const agreed = await readMeta(tx, 'agreed');
    const own = (await readMeta(tx, 'device'))?.id;
    const latest = await leastTime(tx, ctx);
    const counts = (await tx.devices.list()).filter((device) => device.id !== own && latest - device.seen < SILENT);
    const read = Math.max(FIRST_FORMAT, Math.min(newest, ...counts.map((device) => device.reads)));
    return agreed?.vault === ctx.vault ? Math.min(newest, Math.max(read, agreed.format)) : read;
  });
}

/**
 * The provider's time, ms since 1970, as it is at least by both clocks: a jump of one of them makes nobody silent. While they
 * contradict each other, or were never compared, it is as early as can be.
 */
async function leastTime(tx: Transaction<'meta'>, ctx: Context): Promise<number> {
  const clocks = await readMeta(tx, `clocks ${ctx.storageId}`);
  if (!clocks || clocks.doubt || Number.isNaN(clocks.skew)) return Number.NEGATIVE_INFINITY;
  return Math.min(clocks.provider, ctx.deps.now() + clocks.skew);
}

/**
 * The person wants a format written though a device that wrote lately doesn't read it: that one must be updated to go on reading.
 * @throws {RangeError} for a format that this program can't write.
 */
export async function agreeToFormat(place: Place, format: number): Promise<void> {
  if (!Number.isInteger(format) || format < FIRST_FORMAT || format > newestFormat(place.deps))
    throw new RangeError(`this program does not write format ${format}`);
  const ctx = await openContext(place);
  if (!ctx) throw new Error('this device belongs to no vault');
  await place.state.write(['meta'], (tx) => writeMeta(tx, 'agreed', { vault: ctx.vault, format }));
}

/**
 * Remembers who wrote a pack and what its writer reads. A device whose pushes are only known from what others have merged was
 * there too, at the latest when they did; what it reads isn't known until a pack of its own is seen.
 * @param applied what this device had before it read the pack.
 */
export async function rememberDevices(
  tx: Transaction<'devices'>,
  pack: Pick<PackRow, 'time'>,
  says: Pick<Manifest, 'device' | 'reads' | 'covers'>,
  applied: ReadonlySet<Element>,
): Promise<void> {
  const writer = await tx.devices.get(says.device);
  const seen = Math.max(writer?.seen ?? 0, pack.time);
  // A program can become older, too: what counts is the newest pack, and the least where two are of one moment.
  if (!writer || writer.reads === 0 || writer.seen < pack.time)
    await tx.devices.put({ id: says.device, reads: says.reads, seen });
  else if (writer.seen === pack.time && says.reads < writer.reads)
    await tx.devices.put({ ...writer, reads: says.reads });
  const others = new Set<DeviceId>();
  for (const item of says.covers ?? []) if (!applied.has(item)) others.add(partsOf(item).device);
  others.delete(says.device);
  for (const id of others) {
    const known = await tx.devices.get(id);
    if (!known || known.seen < pack.time) await tx.devices.put({ id, reads: known?.reads ?? 0, seen: pack.time });
  }
}

/** Whether this program knows what every entry of the pack is. What it doesn't know it must not merge. */
export function understands(deps: Context['deps'], manifest: Pick<Manifest, 'kinds'>): boolean {
  return manifest.kinds.every((kind) => KNOWN_KINDS.includes(kind) || deps.kinds?.includes(kind));
}
