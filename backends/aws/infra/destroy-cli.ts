/** `npm run destroy`: takes the service away and leaves what people stored, unless it is told to delete that too. */
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { AccountProblem, findPlace, type Place } from './account.ts';
import { type Buckets, openBuckets, openS3 } from './buckets.ts';
import { DESTROY_USAGE, readDestroyArguments } from './command-line.ts';
import { OptionError } from './options.ts';
import { cdk, project } from './programs.ts';
import { stackNames } from './stack-names.ts';
import { openStacks, rememberedOptions, type Stacks } from './stacks.ts';

async function main(): Promise<void> {
  const { name, region, help, deleteData, yes } = readDestroyArguments(process.argv.slice(2));
  if (help) {
    console.log(DESTROY_USAGE);
    return;
  }
  const place = await findPlace(region);
  const stacks = openStacks(place);
  const names = stackNames(name);
  const kept = await stacks.outputs(names.kept);
  const service = await stacks.outputs(names.service);
  if (!kept && !service) {
    throw new OptionError(`There is no cloud “${name}” in account ${place.account}, ${place.region}.`);
  }
  if (!yes) await confirm(name, place, deleteData);

  const buckets = openBuckets(openS3(place));
  if (service) {
    console.log('Removing the site, the function and the gateways; CloudFront takes some minutes …');
    if (service['SiteBucket']) await buckets.empty(service['SiteBucket']);
    await stacks.remove(names.service);
  }
  if (kept && deleteData) await removeKept({ name, place, kept, stacks, buckets });
  else if (kept) console.log(keptWords(kept));
  else console.log('All is gone.');
}

/** Typed, not clicked: there is no way back from one of the two. */
async function confirm(name: string, { account, region }: Place, deleteData: boolean): Promise<void> {
  if (!process.stdin.isTTY) throw new OptionError('Nobody is there to ask whether this is meant: say --yes.');
  const asking = createInterface({ input: process.stdin, output: process.stdout });
  const what = deleteData
    ? 'everything that people stored there, every account, and the service'
    : 'the service; what people stored is kept';
  const answer = await asking.question(`This removes from ${account}, ${region}: ${what}.\nType ${name} to go on: `);
  asking.close();
  if (answer.trim() !== name) throw new OptionError('Nothing was removed.');
}

interface KeptCloud {
  readonly name: string;
  readonly place: Place;
  readonly kept: Readonly<Record<string, string>>;
  readonly stacks: Stacks;
  readonly buckets: Buckets;
}

async function removeKept({ name, place, kept, stacks, buckets }: KeptCloud): Promise<void> {
  const given = rememberedOptions(kept);
  // First its protection is taken off: table, bucket and accounts refuse to be deleted until then.
  const outdir = join(project, '.cache', 'destroy', name);
  // Loaded only now: it takes seconds, and what went wrong before can be said at once.
  const { createApp } = await import('./app.ts');
  createApp({ name, given, place, outdir, keep: false }).synth();
  await cdk('deploy', '--app', outdir, '--all', '--require-approval', 'never');
  console.log('Deleting what people stored …');
  if (kept['BodiesBucket']) await buckets.empty(kept['BodiesBucket']);
  await stacks.remove(stackNames(name).kept);
  console.log('All is gone.');
  if (given['table-name']) {
    console.log(`The table ${given['table-name']} was restored by hand and is not the stack’s: delete it by hand too.`);
  }
}

function keptWords(kept: Readonly<Record<string, string>>): string {
  return `
The service is gone. What people stored is kept, and their accounts:
  table ${kept['TableName']}, bucket ${kept['BodiesBucket']}.
It costs what its storage costs. npm run deploy serves it again, at a new address;
npm run destroy -- --delete-data deletes it for good.
`;
}

main().catch((error: unknown) => {
  const expected = error instanceof AccountProblem || error instanceof OptionError;
  console.error(error instanceof Error ? error.message : error);
  if (!expected && error instanceof Error && error.cause) console.error(error.cause);
  process.exitCode = 1;
});
