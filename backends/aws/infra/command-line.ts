/** The arguments of `npm run deploy` and `npm run destroy`. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type GivenOptions, OPTION_NAMES, OPTION_WORDS, OptionError, type OptionName } from './options.ts';

export interface WhichCloud {
  /** With what its stacks begin. */
  readonly name: string;
  /** Absent: as the environment or the profile says. */
  readonly region?: string;
  readonly help: boolean;
}

export interface DeployArguments extends WhichCloud {
  readonly given: GivenOptions;
  /** Say what would change, and change nothing. */
  readonly plan: boolean;
}

export interface DestroyArguments extends WhichCloud {
  readonly deleteData: boolean;
  /** Don't ask. */
  readonly yes: boolean;
}

const CLOUD = {
  name: { type: 'string', default: 'Satchel' },
  region: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

const CLOUD_WORDS = `  --name=<text>     the cloud's name, for several in one account (Satchel)
  --region=<name>   where it is, such as eu-central-1 (as the profile says)`;

export const DEPLOY_USAGE = `Puts Satchel into your AWS account, or upgrades it there.

  npm run deploy -- [--option=value …]

${CLOUD_WORDS}
  --plan            say what would change, and change nothing

What is given here is remembered with the cloud; --option= with nothing behind it forgets it again.

${OPTION_NAMES.map((name) => `  --${name}\n        ${OPTION_WORDS[name]}`).join('\n')}`;

export const DESTROY_USAGE = `Takes the service away: the site, the function and its gateways. What people stored stays, and their accounts.

  npm run destroy -- [--option …]

${CLOUD_WORDS}
  --delete-data     delete what people stored too, and their accounts, for good
  --yes             don't ask`;

/** @throws {OptionError} */
export function readDeployArguments(args: readonly string[]): DeployArguments {
  const own = Object.fromEntries(OPTION_NAMES.map((name) => [name, { type: 'string' } as const]));
  const values = parse(args, { ...CLOUD, plan: { type: 'boolean', default: false }, ...own });
  const given = OPTION_NAMES.flatMap((name): [OptionName, string][] => {
    const value = values[name];
    if (typeof value !== 'string') return [];
    return [[name, name === 'providers' ? jsonOrFile(value) : value]];
  });
  return { ...whichCloud(values), plan: values['plan'] === true, given: Object.fromEntries(given) };
}

/** @throws {OptionError} */
export function readDestroyArguments(args: readonly string[]): DestroyArguments {
  const flag = { type: 'boolean', default: false } as const;
  const values = parse(args, { ...CLOUD, 'delete-data': flag, yes: flag });
  return { ...whichCloud(values), deleteData: values['delete-data'] === true, yes: values['yes'] === true };
}

/** What was remembered, with what is given now over it. An empty text takes an option back. */
export function mergeOptions(remembered: GivenOptions, given: GivenOptions): GivenOptions {
  return Object.fromEntries(Object.entries({ ...remembered, ...given }).filter(([, value]) => value !== ''));
}

type Values = Readonly<Record<string, unknown>>;

function parse(args: readonly string[], options: NonNullable<Parameters<typeof parseArgs>[0]>['options']): Values {
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    throw new OptionError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function whichCloud(values: Values): WhichCloud {
  const name = String(values['name']);
  const region = typeof values['region'] === 'string' ? values['region'] : undefined;
  if (!/^[A-Za-z][A-Za-z0-9-]{0,59}$/.test(name)) {
    throw new OptionError(`name is "${name}"; it has to be a letter, then letters, digits and hyphens, 60 at most`);
  }
  if (region !== undefined && !/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) {
    throw new OptionError(`region is "${region}"; it has to be one such as eu-central-1`);
  }
  return { name, help: values['help'] === true, ...(region !== undefined && { region }) };
}

function jsonOrFile(value: string): string {
  if (value === '' || value.trimStart().startsWith('{')) return value;
  try {
    return readFileSync(value, 'utf8');
  } catch (cause) {
    throw new OptionError(`providers names the file ${value}, which can’t be read`, { cause });
  }
}
