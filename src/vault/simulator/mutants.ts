/** Bugs planted in the source text on purpose, so that we know the simulator would find their like. */
import type { Rule } from './violation.ts';

export interface Edit {
  /** Relative to the project. */
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
}

export interface Mutant {
  readonly name: string;
  readonly edits: readonly Edit[];
  /** By which it must be found. */
  readonly rule: Rule;
  /** The first seed that finds it; a test holds both to it. */
  readonly seed: number;
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'cursor committed before the data it stands for',
    edits: [
      {
        file: 'src/vault/listing.ts',
        find: `    await state.write(LISTING, async (tx) => {
      await apply(`,
        replace: `    await state.write(['meta'], (tx) =>
      writeMeta(tx, \`listing \${storageId}\`, { cursor: page.cursor, full: record?.full ?? null }),
    );
    await state.write(LISTING, async (tx) => {
      await apply(`,
      },
    ],
    rule: 'V12',
    seed: 5,
  },
  {
    name: 'upload before the local commit',
    edits: [
      {
        file: 'src/vault/send.ts',
        find: `  await ctx.state.write(['outbox', 'uploads', 'applied', 'meta', 'gaps'], async (tx) => {`,
        replace: `  await ctx.storage.put(upload.name, upload.bytes);
  await ctx.state.write(['outbox', 'uploads', 'applied', 'meta', 'gaps'], async (tx) => {`,
      },
    ],
    rule: 'V5',
    seed: 7,
  },
  {
    name: 'sequence number used again after a restart',
    edits: [
      {
        file: 'src/vault/send.ts',
        find: `    await writeMeta(tx, 'device', { id: device.id, next: device.next + 1 });
    await tx.uploads.put(upload);`,
        replace: `    await writeMeta(tx, 'device', device);
    await tx.uploads.put(upload);`,
      },
      {
        file: 'src/vault/send.ts',
        find: `  ctx.applied.add(upload.element);
  return { upload,`,
        replace: `  ctx.applied.add(upload.element);
  await ctx.state.write(['meta'], (tx) => writeMeta(tx, 'device', { id: device.id, next: device.next + 1 }));
  return { upload,`,
      },
    ],
    rule: 'V5',
    seed: 12,
  },
  {
    name: 'another writer under the own device id goes unnoticed',
    edits: [
      {
        file: 'src/vault/receive.ts',
        find: `    if (await isRollback(ctx, pack, head)) await newDevice(ctx);`,
        replace: `    if (await isRollback(ctx, pack, head)) void newDevice;`,
      },
    ],
    rule: 'V8',
    seed: 15,
  },
];
