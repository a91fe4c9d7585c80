/** Bugs planted in the source text on purpose, so that we know the simulator would find their like. */
import type { ClimateName } from './climates.ts';
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
  /** Where it is looked for; without it, in the seeds as they are drawn. */
  readonly climate?: ClimateName;
  /** By which it must be found. */
  readonly rule: Rule;
  /** The first seed that finds it; a test holds both to it. Null while none is recorded: only the hunt plants it. */
  readonly seed: number | null;
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
    seed: 1,
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
    seed: 3,
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
  {
    name: 'mutual deletion after two compactions',
    edits: [
      {
        file: 'src/vault/dominance.ts',
        find: `    if (one.covers.length === other.covers.length && one.name >= other.name) return false;
`,
        replace: '',
      },
    ],
    rule: 'V37',
    seed: 55,
  },
  {
    name: 'deletion for a union',
    edits: [
      {
        file: 'src/vault/dominance.ts',
        find: `    const by = dominators.filter((other) => dominates(other, row));`,
        replace: `    const single = dominators.filter((other) => dominates(other, row));
    const rest = dominators.filter((other) => other !== row && !dominates(row, other));
    const union = new Set(rest.flatMap((other) => other.covers));
    const by = single.length > 0 || !row.covers.every((item) => union.has(item)) ? single : rest;`,
      },
      {
        file: 'src/vault/supersede.ts',
        find: `  if (!dominates(said, row)) return false;`,
        replace: `  if (!dominates(said, row)) return true;`,
      },
    ],
    climate: 'crossing',
    rule: 'V37',
    seed: 3,
  },
  {
    name: 'coverage by number only',
    edits: [
      {
        file: 'src/vault/receive.ts',
        find: `.every((item) => ctx.applied.has(item));`,
        replace: `.every((item) => {
    const { device, sequence } = partsOf(item);
    return [...ctx.applied].some((known) => known.startsWith(\`\${device}/\${sequence}/\`));
  });`,
      },
    ],
    climate: 'twins',
    rule: 'V11',
    seed: 5,
  },
  {
    name: 'client id reused after a rollback',
    edits: [
      {
        file: 'src/vault/simulator/person.ts',
        find: `    const open = followed(id, newDoc(clientId(dice)));
    follow(open, rows);`,
        replace: `    const open = followed(id, newDoc(1000 + device.name.charCodeAt(0)));
    follow(open, rows);`,
      },
    ],
    rule: 'V36',
    seed: 31,
  },
  {
    name: 'purge of a note whose body was never loaded',
    edits: [
      {
        file: 'src/vault/purging.ts',
        find: `  if (!row.here || (await tx.pending.where('doc', [id])).length > 0) return 'away';
`,
        replace: '',
      },
    ],
    climate: 'headFirst',
    rule: 'V23',
    seed: 1,
  },
  {
    name: 'copying back by name',
    edits: [
      {
        file: 'src/vault/reseal.ts',
        find: `  let put = 0;
  const left: PackRow[] = [];
`,
        replace: `  let put = 0;
  const left: PackRow[] = [];
  for (const row of rows) {
    const kept = await ctx.state.read(['objects'], (tx) => tx.objects.get(row.id));
    if (kept) await ctx.storage.put(row.name, kept.bytes, signal);
  }
`,
      },
    ],
    rule: 'V28',
    seed: 15,
  },
  {
    name: 'a clock jump that destroys',
    edits: [
      {
        file: 'src/vault/time.ts',
        find: `  return Math.min(now.local - since.local, now.provider - since.provider);`,
        replace: `  return now.local - since.local;`,
      },
    ],
    rule: 'V22',
    seed: 34,
  },
  {
    name: 'compaction by mergeUpdates',
    edits: [
      {
        file: 'src/vault/seal.ts',
        find: `        payload: stateOf(doc) as Bytes,`,
        replace: `        payload: mergeUpdates(rows.map((row) => row.bytes)) as Bytes,`,
      },
      {
        file: 'src/vault/seal.ts',
        find: `import type * as Y from 'yjs';`,
        replace: `import type * as Y from 'yjs';
import { mergeUpdates } from 'yjs';`,
      },
      {
        file: 'src/vault/merge.ts',
        find: `  const kept = await uncollected(whole);`,
        replace: `  const kept = whole ? null : await uncollected(whole);`,
      },
    ],
    rule: 'V17',
    seed: 3,
  },
  {
    name: "a card's digest ignored",
    edits: [
      {
        file: 'src/vault/heads.ts',
        find: `      if (row.kind !== STATE || !here || hexOf(digestOf(here)) !== hexOf(row.digest)) fresh.push(row);`,
        replace: `      if (row.kind !== STATE || !here) fresh.push(row);`,
      },
    ],
    climate: 'headFirst',
    rule: 'V11',
    seed: 1,
  },
  {
    name: 'a damaged pack taken as a dominator',
    edits: [
      {
        file: 'src/vault/supersede.ts',
        find: `    if (!back) continue;`,
        replace: `    if (!back) {
      for (const row of open) going.add(row);
      continue;
    }`,
      },
    ],
    climate: 'rot',
    rule: 'V37',
    seed: 12,
  },
  {
    name: 'coverage recorded before the last entry',
    edits: [
      {
        file: 'src/vault/bodies.ts',
        find: `      return left === 0 ? recordApplied(ctx, tx, known, null) : [];`,
        replace: `      return left === steps.length - 1 ? recordApplied(ctx, tx, known, null) : [];`,
      },
    ],
    climate: 'long',
    rule: 'V11',
    seed: 1,
  },
  {
    name: 'healing a wipe unasked',
    edits: [
      {
        file: 'src/vault/loss.ts',
        find: `  const loss = decided || inDoubt ? null : lossIn(open, slots, before);`,
        replace: `  const loss = decided || inDoubt || slots ? null : lossIn(open, slots, before);`,
      },
      {
        file: 'src/vault/heal.ts',
        find: `    if (standing.there.length === 0 && standing.lost.length > 0) return null;
`,
        replace: '',
      },
    ],
    rule: 'V27',
    seed: 36,
  },
];
