/** The cloud's figures, section by section. */
import { buildFunction } from '../../backends/aws/function/build.ts';
import { load, median, type Row, type Section } from '../report.ts';
import { type Plan, told } from '../sections.ts';
import type { Bill, Spent } from './bill.ts';
import { measureDay, measureFirst, measureIdle } from './days.ts';
import { type Latencies, measureBundle, measureColdStarts, measureLatencies } from './function.ts';
import { measureLoad } from './load.ts';

/** Of the device that is open: it has a whole database, and what an hour costs doesn't depend on what is in it. */
const OPEN_NOTES = 300;
const PUSHES = 200;
const HOURS = 8;

function sum(bill: Bill, of: (spent: Spent) => number): number {
  return Object.values(bill).reduce((total, spent) => total + of(spent), 0);
}

function isRequest(route: string): boolean {
  return !route.startsWith('socket');
}

function few(units: number): string {
  return units.toLocaleString('en-US', { maximumFractionDigits: 1 });
}

/** "4 requests, 0 write units, 4 read units: 4 GET changes (0 written, 4 read)" */
function inWords(bill: Bill): string {
  const requests = Object.entries(bill).reduce(
    (all, [route, spent]) => all + (isRequest(route) ? spent.requests : 0),
    0,
  );
  const parts = Object.entries(bill)
    .sort(([, a], [, b]) => b.requests - a.requests)
    .map(([route, spent]) => {
      const units = spent.write + spent.read === 0 ? '' : ` (${few(spent.write)} written, ${few(spent.read)} read)`;
      return `${spent.requests} ${route}${units}`;
    });
  const [write, read] = [sum(bill, (spent) => spent.write), sum(bill, (spent) => spent.read)];
  return `${requests} requests, ${few(write)} write units, ${few(read)} read units: ${parts.join(', ')}`;
}

export async function cloudRequestsSection(plan: Plan): Promise<Section[]> {
  const open = { seed: plan.size.seed, count: plan.full ? OPEN_NOTES : 30 };
  const [pushes, hours] = plan.full ? [PUSHES, HOURS] : [PUSHES / 10, HOURS / 8];
  plan.tell('a first upload, and a fresh device');
  const first = await measureFirst(plan.size);
  plan.tell('an idle hour');
  const socket = await measureIdle(open, true);
  const polling = await measureIdle(open, false);
  plan.tell('a day of editing');
  const day = await measureDay(open, pushes, hours);
  return [
    {
      title: 'Cloud: requests and capacity units',
      rows: [
        told('the first minute of an app that is opened, with a socket', inWords(socket.start)),
        told('an idle hour of one open device, with a socket', inWords(socket.hour)),
        told('the same, polling', inWords(polling.hour)),
        told(`${pushes} pushes in ${hours} hours, another open device following`, inWords(day.bill)),
        told(`first upload of ${plan.size.count} notes, from connecting`, inWords(first.upload)),
        told('a fresh device joining that', inWords(first.joining)),
      ],
      notes: [
        'The app’s engine, the cloud’s client and the function’s core, in a time of their own; dynalite counts the units by Amazon’s rules, and one is added for each read that finds nothing, which Amazon counts and dynalite doesn’t. “register” takes one HEAD of S3 more, by the function; a removal from S3 is free. “GET objects” of what lies in S3 takes the GET from S3 as well. A socket’s opening and closing are calls of the function, but not billed as messages. Sockets are cut every two hours, as Amazon does. Both devices do the idle work that keeps the vault small.',
        `The open devices have ${open.count} notes. A push is one edit of one note.`,
      ],
    },
  ];
}

const COLD_STARTS = 10;
const CLIENTS = 16;
const SECONDS = 60;
const INSTANCES = 2;

function milliseconds(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

function latencyRows(where: string, { routes, failures, seconds }: Latencies): Row[] {
  const count = [...routes.values()].reduce((all, times) => all + times.length, 0);
  const rows = [...routes].map(([route, times]) => {
    const sorted = times.toSorted((a, b) => a - b);
    const [p50, p95] = [percentile(sorted, 0.5), percentile(sorted, 0.95)].map(milliseconds);
    return told(`${where}: ${route}`, `p50 ${p50}, p95 ${p95}, of ${times.length}`);
  });
  const outcome = `failed: ${list(failures)}`;
  return [told(`${where}: together`, `${(count / seconds).toFixed(1)} requests a second; ${outcome}`), ...rows];
}

export async function cloudFunctionSection(plan: Plan): Promise<Section[]> {
  const bundle = await buildFunction('.cache/bench-function');
  const size = await measureBundle(bundle);
  plan.tell('cold starts');
  const before = load();
  const starts = await measureColdStarts(bundle, plan.full ? COLD_STARTS : 2);
  const [clients, seconds] = plan.full ? [CLIENTS, SECONDS] : [4, 5];
  plan.tell(`${clients} clients, the function in a thread`);
  const thread = await measureLatencies({ bundle, functionHost: 'inline' }, clients, seconds);
  const between = load();
  plan.tell(`${clients} clients, the function in processes of its own`);
  const child = await measureLatencies({ bundle, functionHost: 'child', instances: INSTANCES }, clients, seconds);
  const of = (field: 'loaded' | 'answered' | 'cpu') => milliseconds(median(starts.map((start) => start[field])));
  return [
    {
      title: 'Cloud: the function',
      rows: [
        told('bundle', `${(size.bytes / 1000).toFixed(0)} kB; ${(size.gzipped / 1000).toFixed(0)} kB gzipped`),
        told(
          `cold start in a fresh process, median of ${starts.length}`,
          `${of('loaded')} until loaded, ${of('answered')} for its first answer (/v1/config); ${of('cpu')} of processor time in all`,
        ),
        ...latencyRows('thread', thread),
        ...latencyRows(`${INSTANCES} processes`, child),
      ],
      notes: [
        `Under ${clients} clients for ${seconds} seconds, each of which asks for one thing after the other: puts 2 KB, lists what is new, gets it; every fifth time asks about the account, puts 300 KB by way of S3, gets that, and deletes both. Times are those of the clients, at the gateway of the local cloud, which with dynalite, the user pool and the bodies is one process; the clients are another. “Thread” is the function inside of that process, any number of calls at once; “processes” is the function behind the Lambda Runtime API, one call at a time in each, so that clients queue. Load of the machine before: ${before}, between: ${between}, after: ${load()}. On Amazon’s machines DynamoDB answers in single milliseconds, and nobody queues: these are figures of this machine, to compare rows by.`,
      ],
    },
  ];
}

const PEOPLE = 50;
const DEVICES = 3;
const LOAD_SECONDS = 120;
const EDIT_EVERY = 20;
const REQUESTS_PER_MINUTE = 60;

function list(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).map(([what, times]) => `${times} ${what}`);
  return parts.join(', ') || 'none';
}

export async function cloudLoadSection(plan: Plan): Promise<Section[]> {
  const bundle = await buildFunction('.cache/bench-function');
  const before = load();
  const [people, seconds] = plan.full ? [PEOPLE, LOAD_SECONDS] : [4, 10];
  const editEvery = plan.full ? EDIT_EVERY : 3;
  const found = await measureLoad({
    bundle,
    people,
    devices: DEVICES,
    seconds,
    editEvery: editEvery * 1000,
    requestsPerMinute: REQUESTS_PER_MINUTE,
    tell: plan.tell,
  });
  // 429 is meant: a person's limit is so low that it is reached.
  const others = [...Object.keys(found.refused).filter((what) => !what.endsWith(' 429')), ...Object.keys(found.failed)];
  return [
    {
      title: `Cloud: ${people} people with ${DEVICES} devices each, for ${seconds} seconds`,
      rows: [
        told('edits sent; requests in all', `${found.edits}; ${found.requests}`),
        {
          figure: 'answers of 400 and above',
          goal: 'none but 429, from the limit of a person',
          measured: list(found.refused),
          met: others.length === 0,
        },
        {
          figure: 'syncs that failed in spite of their tries',
          goal: 'none',
          measured: list(found.failed),
          met: Object.keys(found.failed).length === 0,
        },
        {
          figure: 'all devices of a person hold the same in the end',
          goal: 'all',
          measured: `all, ${found.notes} notes; ${found.convergedIn.toFixed(1)} s after the last edit was sent`,
          met: true,
        },
        told('most memory of the process with all devices', `${found.megabytes.toFixed(0)} MB`),
      ],
      notes: [
        `Each device is a session of the vault with a watch of the engine’s over a socket, and writes every ${editEvery} seconds on average; a person may send ${REQUESTS_PER_MINUTE} requests a minute. The devices are one process, the cloud another. Load of the machine before: ${before}, after: ${load()}.`,
      ],
    },
  ];
}
