/** The figures, section by section: what is measured, against which goal, and what has to be known to read it. */
import { measureInBrowser } from './browser/measure.ts';
import { FIRST_SCREEN, inWords, type Tally, total } from './connection.ts';
import { measureLarge } from './large/measure.ts';
import type { Size } from './library.ts';
import { kilobytes, load, medianAtMost, megabytes, type Row, type Section, spread } from './report.ts';
import { dropboxServer, measureRequests, memoryServer, type Requests } from './requests.ts';
import { measureStored } from './stored.ts';
import { measureTimes, type Run, type Times } from './times.ts';

export interface Plan {
  readonly size: Size;
  readonly largeSize: Size;
  readonly runs: number;
  /** Whether the sizes are those that the goals are for. */
  readonly full: boolean;
  readonly tell: (progress: string) => void;
}

const LATENCIES = [0, 100];
const SECONDS = 4;
const MEMORY = 500e6;
const RATIO = 1.3;
const FIRST_SCREEN_BYTES = 256 * 1024;

function atMost(plan: Plan, figure: string, value: number, bound: number, measured: string): Row {
  return { figure, goal: `at most ${bound}`, measured, met: plan.full || value <= bound ? value <= bound : null };
}

export function told(figure: string, measured: string): Row {
  return { figure, goal: '', measured, met: null };
}

/** Requests for packs, by either name. */
function gets(tally: Tally): number {
  return (tally['get'] ?? 0) + (tally['files/download'] ?? 0);
}

function requestRows(plan: Plan, requests: Requests, goals: { push: number; list: number | null }): Row[] {
  const { connecting, firstPush, joining, firstScreen, list, firstPull, idle, changed } = requests;
  const [shown, listed, all] = [firstScreen.tally, list.tally, firstPull].map((tally) => total(tally));
  const joined = total(joining);
  const rows = [
    told(
      'making a vault: about, look, look again before writing, two slots put and read back, look once more',
      inWords(connecting),
    ),
    atMost(plan, 'first push: the first sync after that', total(firstPush), goals.push, inWords(firstPush)),
    {
      figure: 'both together, from connecting until everything is sent',
      goal: `at most ${goals.push}`,
      measured: `${total(connecting) + total(firstPush)}`,
      met: total(connecting) + total(firstPush) <= goals.push,
    },
    told('joining a vault: about, look, a slot', inWords(joining)),
    {
      figure: 'then, until the first screen',
      goal: '1 request for notes',
      measured: inWords(firstScreen.tally),
      met: gets(firstScreen.tally) === 1,
    },
    {
      figure: 'from connecting until the list is complete',
      goal: goals.list === null ? '' : `at most ${goals.list}`,
      measured: `${joined} + ${inWords(list.tally)}`,
      met: goals.list === null ? null : joined + (listed ?? 0) <= goals.list,
    },
    atMost(
      plan,
      'from connecting until everything is here',
      joined + (all ?? 0),
      20,
      `${joined} + ${inWords(firstPull)}`,
    ),
    atMost(plan, 'nothing changed', total(idle), 1, inWords(idle)),
  ];
  if ((shown ?? 0) > (listed ?? 0)) throw new Error('the list was complete before its first screen');
  for (const [count, { pusher, receiver }] of changed) {
    rows.push({
      figure: `${count} changed ${count === 1 ? 'note' : 'notes'}`,
      goal: 'pusher 1 put; receiver 1 look, 1 get',
      measured: `pusher ${inWords(pusher)}; receiver ${inWords(receiver)}`,
      met: total(pusher) === 1 && total(receiver) === 2,
    });
  }
  return rows;
}

export async function requestsSection(plan: Plan): Promise<Section[]> {
  const sections: Section[] = [];
  for (const [title, serve, goals] of [
    ['calls of the storage interface', memoryServer, { push: 10, list: 8 }],
    ['HTTP requests that reach the Dropbox stand-in', dropboxServer, { push: 20, list: null }],
  ] as const) {
    plan.tell(`requests: ${title}`);
    const server = await serve();
    const requests = await measureRequests(server, plan.size);
    await server.close();
    sections.push({
      title: `Requests: ${title}, ${plan.size.count} notes`,
      rows: requestRows(plan, requests, goals),
      notes: [
        'Every session first asks once whose account it is (rule V9) and looks what is there (rule V8); a session that lives on, as in an open app, pays for the account only once. ' +
          'A sync of a session that lives on is what “nothing changed” and the changed notes count; an edit made here is sent without looking first. ' +
          'A first push counted from connecting has a bound below: about and look to connect, a look before and after two slots that are each put and read back (rules V29, V31), about and look of the new session, and a put for each 4 MB.',
        ...(goals.list === null
          ? [
              'Dropbox takes two requests to say whose account it is and how full it is, and a first listing takes one more for the folder: so the list takes more than 8 of its requests, though not more than 8 calls. Its times have whole seconds: of two key slots of the same second nothing tells which opens by passphrase, so that joining sometimes takes a slot more, and the first sync one less.',
            ]
          : []),
      ],
    });
  }
  return sections;
}

export async function storedSection(plan: Plan): Promise<Section[]> {
  plan.tell('stored bytes');
  const stored = await measureStored(plan.size);
  const ratio = (bytes: number) => (bytes / stored.deflated).toFixed(3);
  const part = (bytes: number) => `${megabytes(bytes)}, ${ratio(bytes)} times`;
  return [
    {
      title: `Stored bytes, ${plan.size.count} notes`,
      rows: [
        told(
          'Markdown',
          `${megabytes(stored.plain)}; ${megabytes(stored.deflated)} deflated in blocks of 256 KB, which is 1`,
        ),
        {
          figure: `the vault, ${stored.packs} packs and two key slots`,
          goal: `at most ${RATIO.toFixed(2)} times`,
          measured: part(stored.stored),
          met: stored.stored / stored.deflated <= RATIO,
        },
        told('of that the notes: blocks of 128 KB, CRDT states with all properties', part(stored.bodies)),
        told(
          'the heads: manifests and cards',
          `${part(stored.heads)}; ${(stored.heads / plan.size.count).toFixed(0)} bytes a card`,
        ),
        told('plain headers, authentication tags, key slots', part(stored.overhead)),
      ],
      notes: [],
    },
  ];
}

function pick(runs: readonly Run[], field: 'wall' | 'cpu' | 'firstScreen' | 'list'): number[] {
  return runs.map((run) => run[field] ?? 0);
}

function goes({ mainThread = {}, under }: Run): string {
  const parts = Object.entries(mainThread)
    .filter(([, seconds]) => seconds >= 0.005)
    .sort(([, a], [, b]) => b - a)
    .map(([name, seconds]) => `${name} ${seconds.toFixed(2)}`);
  const calls = Object.entries(under).map(([name, seconds]) => `${name} ${seconds.toFixed(2)}`);
  return `main thread: ${parts.join(', ')}; under way meanwhile: ${calls.join(', ')}`;
}

function timeRows(plan: Plan, { latency, push, pull, profiled }: Times): Row[] {
  const goal = latency === 100 ? `under ${SECONDS} s` : '';
  const timed = (figure: string, runs: readonly Run[]): Row => ({
    figure: `${figure}, ${latency} ms a request`,
    goal,
    measured: `${spread(pick(runs, 'wall'))}; ${spread(pick(runs, 'cpu'))} of processor time`,
    met: goal !== '' && plan.full ? medianAtMost(pick(runs, 'wall'), SECONDS) : null,
  });
  return [
    timed('first push', push),
    told('where it goes, in seconds', goes(profiled.push)),
    timed('first pull', pull),
    told(
      'until the first screen; until the list is complete',
      `${spread(pick(pull, 'firstScreen'))}; ${spread(pick(pull, 'list'))}`,
    ),
    told('where it goes, in seconds', goes(profiled.pull)),
  ];
}

export async function timesSection(plan: Plan): Promise<Section[]> {
  const before = load();
  const times = await measureTimes(plan.size, LATENCIES, plan.runs, plan.tell);
  return [
    {
      title: `Time in Node, ${plan.size.count} notes`,
      rows: times.flatMap((each) => timeRows(plan, each)),
      notes: [
        `Median of ${plan.runs} (least–most). The state and the storage lie in the same process, in memory. A time is that of the first sync, from asking whose account it is to the last pack; making or unlocking the vault comes before it. Where it goes was told by one more run under a profiler, which is slower. “Waiting” is when the main thread had nothing to do; compressing and sealing are done by other threads, which are not in the main thread's sum. Load of the machine before: ${before}, after: ${load()}.`,
      ],
    },
  ];
}

export async function browserSection(plan: Plan): Promise<Section[]> {
  const latency = 100;
  const before = load();
  const found = await measureInBrowser(plan.size, latency, plan.runs, plan.tell);
  const title = `Time in a browser, ${plan.size.count} notes, ${latency} ms a request`;
  if (!found) return [{ title, rows: [told('Chromium', 'not here')], notes: [] }];
  const { runs, version } = found;
  const timed = (figure: string, field: 'push' | 'pull'): Row => {
    const seconds = runs.map((run) => run[field]);
    return {
      figure,
      goal: `under ${SECONDS} s`,
      measured: spread(seconds),
      met: plan.full ? medianAtMost(seconds, SECONDS) : null,
    };
  };
  return [
    {
      title,
      rows: [
        timed('first push', 'push'),
        timed('first pull', 'pull'),
        told('until the first screen', spread(runs.map((run) => run.firstScreen))),
        told('until the list is complete', spread(runs.map((run) => run.list))),
      ],
      notes: [
        `Median of ${plan.runs} (least–most). Chromium ${version}, headless; IndexedDB through Dexie, strictly durable, in a worker, with the storage in memory in the same worker. There, compressing runs on the worker's own thread, and each row pays for IndexedDB in another process. That bounds it: of each note that is pulled, its card is written twice, its text once, and where it lies is kept and removed again; of each that is pushed, its place in the outbox and its text are read one by one. Load of the machine before: ${before}, after: ${load()}.`,
      ],
    },
  ];
}

function checked({
  checked: found,
}: {
  checked: { bytesIn: number; restorable: number; findings: number } | null;
}): string {
  if (!found) throw new Error('nothing was checked');
  return `${megabytes(found.bytesIn)}; ${found.restorable} notes could be restored, ${found.findings} findings`;
}

export async function largeSection(plan: Plan): Promise<Section[]> {
  const { push, pull, quick, full, stored } = await measureLarge(plan.largeSize, plan.tell);
  const memory = (figure: string, { peak, before, seconds, requests }: typeof push): Row => ({
    figure,
    goal: `under ${MEMORY / 1e6} MB`,
    measured: `${megabytes(peak)} (${megabytes(before)} before it began); ${requests} requests, ${seconds.toFixed(1)} s`,
    met: peak < MEMORY,
  });
  return [
    {
      title: `${plan.largeSize.count} notes`,
      rows: [
        atMost(
          plan,
          'head bytes that hold the first screen',
          stored.firstScreen / 1024,
          FIRST_SCREEN_BYTES / 1024,
          kilobytes(stored.firstScreen),
        ),
        atMost(
          plan,
          `bytes fetched until the ${FIRST_SCREEN} newest cards are shown`,
          (pull.firstScreenBytes ?? Infinity) / 1024,
          FIRST_SCREEN_BYTES / 1024,
          kilobytes(pull.firstScreenBytes ?? 0),
        ),
        memory('peak memory, first push', push),
        memory('peak memory, first pull', pull),
        memory('checking the storage, heads only', quick),
        told('which fetches, and finds', checked(quick)),
        memory('checking the storage, everything', full),
        told('which fetches, and finds', checked(full)),
        told('stored', `${megabytes(stored.stored)} in ${stored.packs} packs`),
      ],
      notes: [
        "The goals in KB are 256. Memory is the highest resident memory of the device's process as the system counts it, Node and its loader included. The storage lies in a second process and the device's tables in a third, as a browser keeps IndexedDB outside the page's process: a device that held all texts in its own memory could not stay under the bound, and none does. The processes talk over loopback, with no latency added; the seconds are those of this arrangement.",
      ],
    },
  ];
}
