/** What the owner of a cloud decides: read from the command line, from CDK's context, or from the last deployment. */
import type { AppConfig } from '../../../scripts/app-handler.ts';
import type { Limits } from '../protocol.ts';

/** Names as they are written after `--` and in CDK's context, each with what it means. */
export const OPTION_WORDS = {
  'sign-up': '"open": anybody may make an account; "invitation": only whom you invite (open)',
  label: 'what the app calls this cloud',
  'limit-bytes': 'bytes that one person may store (1073741824)',
  'limit-objects': 'objects that one person may store (200000)',
  'limit-requests-per-minute': 'requests of one person in a minute (1200)',
  'requests-per-second': 'requests of all people together in a second; above it they wait (200)',
  'alarm-email': 'where alarms and the budget’s warnings are mailed',
  'budget-dollars': 'warn when the account’s bill of a month comes near this (10); needs alarm-email',
  'reserved-concurrency': 'keep so many runs of the function for it, and allow no more (not reserved)',
  'domain-name': 'the site’s own name, such as notes.example.org; needs certificate-arn',
  'certificate-arn': 'a certificate for it, of Certificate Manager in us-east-1',
  'mail-from': 'send mail through SES from this verified address (Cognito’s own mail: 50 a day)',
  'user-pool-plan': 'Cognito’s plan: "lite" or "essentials" (essentials)',
  'table-name': 'use this table, restored from a backup, in place of the stack’s own',
  providers: 'a JSON object of other providers for config.json, such as {"dropbox":{"clientId":"…"}}',
} as const;

export type OptionName = keyof typeof OPTION_WORDS;
export const OPTION_NAMES = Object.keys(OPTION_WORDS) as readonly OptionName[];

/** As given; an empty text is as good as none. */
export type GivenOptions = Readonly<Partial<Record<OptionName, string>>>;

export interface Options {
  readonly signUp: 'open' | 'invitation';
  readonly label?: string;
  readonly limits: Required<Limits>;
  readonly requestsPerSecond: number;
  readonly alarmEmail?: string;
  /** US dollars a month. */
  readonly budgetDollars: number;
  readonly reservedConcurrency?: number;
  readonly domain?: { readonly name: string; readonly certificateArn: string };
  readonly mailFrom?: string;
  readonly userPoolPlan: 'lite' | 'essentials';
  readonly tableName?: string;
  readonly providers: AppConfig;
}

/** An option that can't be used; the message names it and says what would do. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

/** @throws {OptionError} */
export function readOptions(given: GivenOptions): Options {
  const label = given.label || undefined;
  const alarmEmail = email(given, 'alarm-email');
  const mailFrom = email(given, 'mail-from');
  const reserved = given['reserved-concurrency'] ? whole(given, 'reserved-concurrency', 1) : undefined;
  const domain = domainOf(given);
  const tableName = matching(
    given,
    'table-name',
    // DynamoDB takes longer ones and dots too; but it becomes the mark of its own cursors.
    /^[A-Za-z0-9_-]{3,64}$/,
    'the name of a table, of letters, digits, _ and -, 64 at most',
  );
  return {
    signUp: oneOf(given, 'sign-up', ['open', 'invitation']),
    ...(label !== undefined && { label }),
    limits: {
      bytes: whole(given, 'limit-bytes', 1_073_741_824),
      objects: whole(given, 'limit-objects', 200_000),
      requestsPerMinute: whole(given, 'limit-requests-per-minute', 1200),
    },
    requestsPerSecond: whole(given, 'requests-per-second', 200),
    ...(alarmEmail !== undefined && { alarmEmail }),
    budgetDollars: whole(given, 'budget-dollars', 10),
    ...(reserved !== undefined && { reservedConcurrency: reserved }),
    ...(domain && { domain }),
    ...(mailFrom !== undefined && { mailFrom }),
    userPoolPlan: oneOf(given, 'user-pool-plan', ['essentials', 'lite']),
    ...(tableName !== undefined && { tableName }),
    providers: providersOf(given),
  };
}

function domainOf(given: GivenOptions): Options['domain'] {
  const host = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;
  const name = matching(given, 'domain-name', host, 'a name such as notes.example.org, in lower case');
  // CloudFront takes certificates of that region alone, wherever the rest is.
  const arn = /^arn:aws:acm:us-east-1:\d{12}:certificate\/[0-9a-f-]{36}$/;
  const certificateArn = matching(given, 'certificate-arn', arn, 'the ARN of a certificate in us-east-1');
  if (name === undefined && certificateArn === undefined) return undefined;
  if (name === undefined || certificateArn === undefined) {
    throw new OptionError('domain-name and certificate-arn belong together: give both, or none');
  }
  return { name, certificateArn };
}

function providersOf(given: GivenOptions): Options['providers'] {
  if (!given.providers) return {};
  let read: unknown;
  try {
    read = JSON.parse(given.providers);
  } catch {
    throw new OptionError('providers is not JSON');
  }
  if (!isObject(read) || !Object.values(read).every(isObject)) {
    throw new OptionError('providers has to be an object of objects, such as {"dropbox":{"clientId":"…"}}');
  }
  if ('aws' in read) throw new OptionError('providers has an entry "aws", which this deployment writes itself');
  return read as Options['providers'];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function oneOf<T extends string>(given: GivenOptions, name: OptionName, allowed: readonly [T, ...T[]]): T {
  const text = given[name] || allowed[0];
  const found = allowed.find((value) => value === text);
  if (found === undefined) throw new OptionError(`${name} is "${text}"; it may be ${allowed.join(' or ')}`);
  return found;
}

function whole(given: GivenOptions, name: OptionName, usual: number): number {
  const text = given[name] || String(usual);
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1) {
    throw new OptionError(`${name} is "${text}"; it has to be a whole number above 0`);
  }
  return value;
}

function email(given: GivenOptions, name: OptionName): string | undefined {
  return matching(given, name, /^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$/, 'an e-mail address');
}

function matching(given: GivenOptions, name: OptionName, pattern: RegExp, what: string): string | undefined {
  const text = given[name];
  if (!text) return undefined;
  if (!pattern.test(text)) throw new OptionError(`${name} is "${text}"; it has to be ${what}`);
  return text;
}
