/** `npm run deploy`: everything from an empty account to an address to open; run again, it upgrades. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { AccountProblem, findPlace, type Place } from './account.ts';
import { openBuckets, openS3 } from './buckets.ts';
import { problemsOf } from './checks.ts';
import { DEPLOY_USAGE, mergeOptions, readDeployArguments } from './command-line.ts';
import { deployedConfig } from './config.ts';
import { type Options, OptionError, readOptions } from './options.ts';
import { cdk, npmRun, project } from './programs.ts';
import { siteFiles } from './site-files.ts';
import { type Outputs, stackNames } from './stack-names.ts';
import { openStacks, rememberedOptions, type Stacks } from './stacks.ts';

/** What the CDK's own bootstrap makes, once in each account and region. */
const TOOLKIT = 'CDKToolkit';

async function main(): Promise<void> {
  const { name, region, help, given, plan } = readDeployArguments(process.argv.slice(2));
  if (help) {
    console.log(DEPLOY_USAGE);
    return;
  }
  readOptions(given);
  const place = await findPlace(region);
  const stacks = openStacks(place);
  const names = stackNames(name);
  console.log(`Satchel’s cloud “${name}” in account ${place.account}, ${place.region}.`);
  const merged = mergeOptions(rememberedOptions(await stacks.outputs(names.kept)), given);
  const options = readOptions(merged);

  await npmRun('build');
  await npmRun('build:function');
  const code = join(project, 'dist-function');
  if (!existsSync(join(code, 'index.mjs'))) throw new Error(`The function was not built: ${code} has no index.mjs`);
  const outdir = join(project, '.cache', 'deploy', name);
  // Loaded only now: it takes seconds, and what went wrong before can be said at once.
  const { createApp } = await import('./app.ts');
  createApp({ name, given: merged, code, place, outdir }).synth();

  if (plan) {
    // By the templates alone: a change set would be made, if only to be thrown away.
    await cdk('diff', '--app', outdir, '--method', 'template');
    return;
  }
  await bootstrap(stacks, place);
  await cdk('deploy', '--app', outdir, '--all', '--require-approval', 'never');
  const outputs = (await stacks.outputs(names.service)) as unknown as Outputs;

  console.log('Uploading the site …');
  const config = deployedConfig(options, { clientId: outputs.ClientId, api: outputs.CloudAddress });
  await openBuckets(openS3(place)).upload(
    outputs.SiteBucket,
    await siteFiles(join(project, 'dist'), config),
    Date.now(),
  );

  const problems = await problemsOf(outputs.CloudAddress, `https://${outputs.SiteDomain}/`, {
    fetch,
    pause: setTimeout,
  });
  console.log(words(options, outputs, problems));
  if (problems.length > 0) process.exitCode = 1;
}

async function bootstrap(stacks: Stacks, { account, region }: Place): Promise<void> {
  if (await stacks.outputs(TOOLKIT)) return;
  console.log('Preparing the account for the CDK (once) …');
  await cdk('bootstrap', `aws://${account}/${region}`);
}

function words(options: Options, outputs: Outputs, problems: readonly string[]): string {
  const { domain, alarmEmail } = options;
  const lines = [
    problems.length === 0 ? 'Satchel’s cloud is ready.' : `Everything is deployed, but:\n  ${problems.join('\n  ')}`,
    `\n  Open it:        ${outputs.SiteUrl}`,
    `  Cloud address:  ${outputs.CloudAddress}`,
    '                  (for “Use my own cloud” in a Satchel that is served elsewhere)',
  ];
  if (domain) lines.push(`\n  ${domain.name} has to be a CNAME of ${outputs.SiteDomain} at whoever keeps your DNS.`);
  if (options.signUp === 'invitation') {
    lines.push(
      '\n  Invite somebody: aws cognito-idp admin-create-user --desired-delivery-mediums EMAIL \\',
      `    --user-pool-id ${outputs.UserPoolId} --username <e-mail address> \\`,
      '    --user-attributes Name=email,Value=<e-mail address> Name=email_verified,Value=true',
    );
  }
  lines.push(
    alarmEmail === undefined
      ? '\n  Nobody is told of failures or of the bill. To be told: npm run deploy -- --alarm-email=<address>'
      : `\n  Alarms and the budget’s warnings go to ${alarmEmail}; a first mail asks there whether alarms are wanted.`,
  );
  return `\n${lines.join('\n')}\n`;
}

main().catch((error: unknown) => {
  const expected = error instanceof AccountProblem || error instanceof OptionError;
  console.error(error instanceof Error ? error.message : error);
  if (error instanceof OptionError) console.error('npm run deploy -- --help lists the options.');
  if (!expected && error instanceof Error && error.cause) console.error(error.cause);
  process.exitCode = 1;
});
