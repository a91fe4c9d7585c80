/** What a device remembers of a storage, to hold against what is there. */
import type { Context } from '../context.ts';
import type { Element } from '../coverage.ts';
import { parseName } from '../names.ts';
import type { PackRow } from '../state.ts';
import type { ObjectFacts } from './report.ts';

export interface Memory {
  readonly packs: ReadonlyMap<string, PackRow>;
  readonly slots: readonly (ObjectFacts & { readonly kept: boolean })[];
  /** Pushes that others named and this device lacks. */
  readonly missing: readonly Element[];
  readonly underWay: ReadonlySet<Element>;
}

export async function recall(ctx: Context): Promise<Memory> {
  return ctx.state.read(['packs', 'slots', 'missing', 'uploads'], async (tx) => {
    const own = <Row extends { name: string }>(rows: readonly Row[]) =>
      rows.filter((row) => parseName(row.name)?.vault === ctx.vault);
    const slots = own(await tx.slots.where('storage', [ctx.storageId]));
    return {
      packs: new Map(own(await tx.packs.where('storage', [ctx.storageId])).map((row) => [row.name, row])),
      slots: slots.map(({ name, bytes, time }) => ({ name, time, size: bytes?.length ?? 0, kept: bytes !== null })),
      missing: (await tx.missing.list()).map((row) => row.element),
      underWay: new Set((await tx.uploads.where('storage', [ctx.storageId])).map((row) => row.element)),
    };
  });
}

export const factsOf = ({ name, size, time }: ObjectFacts): ObjectFacts => ({ name, size, time });
