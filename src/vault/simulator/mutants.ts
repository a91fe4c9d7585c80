/** Bugs planted in the source text on purpose, so that we know the simulator would find their like. */
import type { Rule } from './violation.ts';

export interface Mutant {
  readonly name: string;
  /** Relative to the project. */
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** By which it must be found. */
  readonly rule: Rule;
  /** The first seed that finds it; a test holds both to it. */
  readonly seed: number;
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'cursor committed before the data it stands for',
    file: 'src/vault/listing.ts',
    find: `    await state.write(LISTING, async (tx) => {
      await apply(`,
    replace: `    await state.write(['meta'], (tx) =>
      writeMeta(tx, \`listing \${storageId}\`, { cursor: page.cursor, full: record?.full ?? null }),
    );
    await state.write(LISTING, async (tx) => {
      await apply(`,
    rule: 'V12',
    seed: 3,
  },
  {
    name: 'upload before the local commit',
    file: 'src/vault/send.ts',
    find: `  await ctx.state.write(['outbox', 'uploads', 'applied', 'meta', 'gaps'], async (tx) => {`,
    replace: `  await ctx.storage.put(upload.name, upload.bytes);
  await ctx.state.write(['outbox', 'uploads', 'applied', 'meta', 'gaps'], async (tx) => {`,
    rule: 'V5',
    seed: 8,
  },
  {
    name: 'sequence number used again after a restart',
    file: 'src/vault/send.ts',
    find: `    await writeMeta(tx, 'device', { id: device.id, next: device.next + 1 });
    await tx.uploads.put(upload);
    await tx.outbox.delete(taken.flatMap((parcel) => parcel.rows.map((row) => row.n as number)));
    await tx.applied.putMany(known.unstated.map((row) => ({ ...row, stated: 1 })));
    await tx.applied.put({ element: upload.element, stated: 0 });
    await tx.gaps.putMany(known.wants.map((row) => ({ ...row, asked: true })));
  });
`,
    replace: `    await writeMeta(tx, 'device', device);
    await tx.uploads.put(upload);
    await tx.outbox.delete(taken.flatMap((parcel) => parcel.rows.map((row) => row.n as number)));
    await tx.applied.putMany(known.unstated.map((row) => ({ ...row, stated: 1 })));
    await tx.applied.put({ element: upload.element, stated: 0 });
    await tx.gaps.putMany(known.wants.map((row) => ({ ...row, asked: true })));
  });
  await ctx.state.write(['meta'], (tx) => writeMeta(tx, 'device', { id: device.id, next: device.next + 1 }));
`,
    rule: 'V5',
    seed: 12,
  },
  {
    name: 'another writer under the own device id goes unnoticed',
    file: 'src/vault/receive.ts',
    find: `    if (await isRollback(ctx, pack, head)) await newDevice(ctx);`,
    replace: `    if (await isRollback(ctx, pack, head)) void newDevice;`,
    rule: 'V8',
    seed: 15,
  },
];
