/**
 * What a cloud costs in a month, computed: how people use it, times what each operation takes, times Amazon's
 * prices. `docs/deploy-aws.md` shows the outcome, and a test holds it to this file.
 */

/** US dollars in us-east-1; Amazon's free allowances are in `FREE`. */
const PRICES_OF = 'us-east-1, as published by Amazon during 2025 (DynamoDB: since 1 November 2024)';

/** Units that Amazon bills: what one costs, how many it is priced by, and how many are free in every month for good. */
const PRICES = {
  'HTTP API, requests': { dollars: 1, per: 1e6, free: 0 },
  'Sockets, messages': { dollars: 1, per: 1e6, free: 0 },
  'Sockets, minutes connected': { dollars: 0.25, per: 1e6, free: 0 },
  'Lambda, calls': { dollars: 0.2, per: 1e6, free: 1e6 },
  'Lambda, GB-seconds on ARM': { dollars: 0.0000133334, per: 1, free: 400_000 },
  'DynamoDB, write units': { dollars: 0.625, per: 1e6, free: 0 },
  'DynamoDB, read units': { dollars: 0.125, per: 1e6, free: 0 },
  'DynamoDB, GB stored': { dollars: 0.25, per: 1, free: 25 },
  'DynamoDB, GB restorable': { dollars: 0.2, per: 1, free: 0 },
  'S3, uploads': { dollars: 0.005, per: 1000, free: 0 },
  'S3, downloads': { dollars: 0.0004, per: 1000, free: 0 },
  'S3, GB stored': { dollars: 0.023, per: 1, free: 0 },
  'CloudWatch, GB of logs': { dollars: 0.5, per: 1, free: 5 },
  'Cognito, people (Essentials)': { dollars: 0.015, per: 1, free: 10_000 },
  'CloudFront, requests': { dollars: 1, per: 1e6, free: 1e7 },
  'CloudFront, GB sent': { dollars: 0.085, per: 1, free: 1024 },
  'API Gateway and S3, GB sent': { dollars: 0.09, per: 1, free: 100 },
} as const;

export type Unit = keyof typeof PRICES;
export const UNITS = Object.keys(PRICES) as readonly Unit[];

export function priceOf(unit: Unit): { readonly dollars: number; readonly per: number; readonly free: number } {
  return PRICES[unit];
}

/** What one call of the function takes. */
export interface Operation {
  readonly writeUnits: number;
  readonly readUnits: number;
  /** Time in the function, which has one GB. */
  readonly ms: number;
}

/**
 * Units as measured by `npm run bench -- --only=cloud-requests` (bench/results.md), per call, over a day of 200 pushes
 * with the idle work that keeps a vault small; a deletion has some fifteen objects. Milliseconds are an estimate: they
 * pass in waiting for DynamoDB, which a machine of one's own doesn't tell.
 */
const OPERATIONS = {
  put: { writeUnits: 7.6, readUnits: 4.9, ms: 60 },
  get: { writeUnits: 0, readUnits: 1.8, ms: 25 },
  changes: { writeUnits: 0, readUnits: 2.5, ms: 25 },
  delete: { writeUnits: 89.5, readUnits: 17, ms: 400 },
  /** A body is in S3 already. */
  register: { writeUnits: 5, readUnits: 5, ms: 80 },
  about: { writeUnits: 0, readUnits: 2, ms: 25 },
  ticket: { writeUnits: 2, readUnits: 0, ms: 25 },
  /** A socket opens: the ticket is taken, the connection noted. */
  connect: { writeUnits: 3, readUnits: 1, ms: 25 },
  disconnect: { writeUnits: 2, readUnits: 0, ms: 25 },
  /** What keeps a silent socket open. */
  ping: { writeUnits: 0, readUnits: 0, ms: 2 },
} as const satisfies Readonly<Record<string, Operation>>;

/**
 * Calls for each push, measured on that day: it is fetched by one other device, and what was pushed is merged and removed
 * later. A further device would fetch it once more. And of an open device in an hour without any news, and at its start.
 */
const PER_PUSH = { put: 1.09, get: 1.16, changes: 1.19, delete: 0.07, notices: 1.1 } as const;
const PER_IDLE_HOUR = { changes: 4, ping: 6 } as const;
const PER_START = { changes: 2, about: 1, ticket: 1, connect: 1, disconnect: 1 } as const;

/** One active person. */
const PERSON = {
  daysPerMonth: 22,
  devices: 2,
  pushesPerDay: 50,
  /** Of each device. */
  startsPerDay: 5,
  /** Of each device, in the foreground and connected. */
  hoursPerDay: 2,
  /** Objects above 256 KB, such as archives of many notes. */
  largeBodiesPerMonth: 4,
  largeBodyMB: 1,
  tableMB: 20,
  bucketMB: 50,
  /** Kilobytes of log lines for each call: the gateway's, the function's, and Lambda's own three. */
  logKBPerCall: 1,
  /** The site is loaded anew, whole, with each release. */
  releasesPerMonth: 2,
  siteMB: 1.5,
  siteFiles: 60,
} as const;

/** Units of all people in a month. */
export function usage(people: number): Readonly<Record<Unit, number>> {
  const { daysPerMonth, devices, pushesPerDay, startsPerDay, hoursPerDay, ...person } = PERSON;
  const pushes = pushesPerDay * daysPerMonth;
  const starts = startsPerDay * devices * daysPerMonth;
  const hours = hoursPerDay * devices * daysPerMonth;
  const others = devices - 1;
  const calls: Readonly<Record<keyof typeof OPERATIONS, number>> = {
    put: pushes * PER_PUSH.put,
    get: pushes * PER_PUSH.get * others,
    changes: pushes * PER_PUSH.changes * others + hours * PER_IDLE_HOUR.changes + starts * PER_START.changes,
    delete: pushes * PER_PUSH.delete,
    register: person.largeBodiesPerMonth,
    about: starts * PER_START.about,
    ticket: starts * PER_START.ticket,
    connect: starts * PER_START.connect,
    disconnect: starts * PER_START.disconnect,
    ping: hours * PER_IDLE_HOUR.ping,
  };
  const sum = (of: (operation: Operation) => number): number =>
    Object.entries(calls).reduce(
      (total, [name, count]) => total + count * of(OPERATIONS[name as keyof typeof calls]),
      0,
    );
  const onSockets = calls.connect + calls.disconnect + calls.ping;
  const all = sum(() => 1);
  const one: Readonly<Record<Unit, number>> = {
    'HTTP API, requests': all - onSockets,
    // Opening and closing aren't billed as messages; a notice for each push is.
    'Sockets, messages': calls.ping + pushes * PER_PUSH.notices * others,
    'Sockets, minutes connected': hours * 60,
    'Lambda, calls': all,
    'Lambda, GB-seconds on ARM': sum(({ ms }) => ms) / 1000,
    'DynamoDB, write units': sum(({ writeUnits }) => writeUnits),
    'DynamoDB, read units': sum(({ readUnits }) => readUnits),
    'DynamoDB, GB stored': person.tableMB / 1024,
    'DynamoDB, GB restorable': person.tableMB / 1024,
    'S3, uploads': person.largeBodiesPerMonth,
    // The function looks at each once.
    'S3, downloads': person.largeBodiesPerMonth * (others + 1),
    'S3, GB stored': person.bucketMB / 1024,
    'CloudWatch, GB of logs': (all * person.logKBPerCall) / 1024 ** 2,
    'Cognito, people (Essentials)': 1,
    'CloudFront, requests': person.releasesPerMonth * devices * person.siteFiles,
    'CloudFront, GB sent': (person.releasesPerMonth * devices * person.siteMB) / 1024,
    'API Gateway and S3, GB sent':
      (calls.get * 2) / 1024 ** 2 + (person.largeBodiesPerMonth * person.largeBodyMB) / 1024,
  };
  return Object.fromEntries(UNITS.map((unit) => [unit, one[unit] * people])) as Record<Unit, number>;
}

/** US dollars. */
export function bill(people: number): { readonly lines: Readonly<Record<Unit, number>>; readonly total: number } {
  const units = usage(people);
  const cost = (unit: Unit) => {
    const { dollars, per, free } = PRICES[unit];
    return (Math.max(0, units[unit] - free) / per) * dollars;
  };
  const lines = Object.fromEntries(UNITS.map((unit) => [unit, cost(unit)])) as Record<Unit, number>;
  return { lines, total: UNITS.reduce((sum, unit) => sum + lines[unit], 0) };
}

/** The tables of docs/deploy-aws.md, as Markdown. */
export function costTables(): string {
  const units = usage(1000);
  const { lines, total } = bill(1000);
  const rows = UNITS.map((unit) => {
    const { dollars, per, free } = PRICES[unit];
    const price = `${plain(dollars)} per ${per === 1 ? 'one' : plain(per)}`;
    return `| ${unit} | ${price} | ${free === 0 ? '—' : plain(free)} | ${plain(round(units[unit]))} | ${money(lines[unit])} |`;
  });
  const sizes = [10, 100, 1000, 100_000, 10_000_000].map(
    (people) => `| ${plain(people)} | ${money(bill(people).total)} | ${(bill(people).total / people).toFixed(4)} |`,
  );
  const operations = Object.entries(OPERATIONS).map(
    ([name, { writeUnits, readUnits, ms }]) => `| ${name} | ${writeUnits} | ${readUnits} | ${ms} |`,
  );
  return [
    `Prices: ${PRICES_OF}.`,
    '',
    '| operation | write units | read units | ms in the function |',
    '|---|--:|--:|--:|',
    ...operations,
    '',
    '| what is billed | price, $ | free each month | units of 1,000 people | $ for 1,000 people |',
    '|---|--:|--:|--:|--:|',
    ...rows,
    `| **together** | | | | **${money(total)}** |`,
    '',
    '| active people | $ a month | $ a person |',
    '|--:|--:|--:|',
    ...sizes,
  ].join('\n');
}

function plain(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 10 });
}

function money(value: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

/** To three digits that mean something. */
function round(value: number): number {
  return Number(value.toPrecision(3));
}
