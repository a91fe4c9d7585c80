/** Many people with some devices each, all writing at the same time, against a cloud on this computer: do they all come to hold the same? */
import { startCloudProcess } from '../../backends/aws/local/cloud-process.ts';
import type { AwsSettings } from '../../backends/aws/settings.ts';
import { withConcurrency } from '../../backends/concurrency.ts';
import { withRetry } from '../../backends/retry.ts';
import { sleep } from '../../backends/sleep.ts';
import type { Storage } from '../../backends/storage.ts';
import { startWatch } from '../../src/engine/watch.ts';
import type { NoteId } from '../../src/notes/ids.ts';
import { createMemoryState } from '../../src/vault/memory-state.ts';
import type { Session } from '../../src/vault/session.ts';
import type { State } from '../../src/vault/state.ts';
import { found, join, placeOf, platform } from '../device.ts';
import { contentsOf, edit, fill, mustEqual, newest, rowsOf } from '../library.ts';
import { openTimed, signUp, type Told } from './people.ts';

export interface LoadPlan {
  readonly bundle: string;
  readonly people: number;
  readonly devices: number;
  readonly seconds: number;
  /** Mean, between two edits on a device. */
  readonly editEvery: number;
  /** What a person may ask for in a minute: few enough to be reached now and then. */
  readonly requestsPerMinute: number;
  readonly tell: (progress: string) => void;
}

export interface Load {
  readonly edits: number;
  readonly requests: number;
  /** Answers of 400 and above, by route and status. */
  readonly refused: Readonly<Record<string, number>>;
  /** What a sync threw, after its tries: by name or kind. */
  readonly failed: Readonly<Record<string, number>>;
  /** In s, from the last edit until every device held the same. */
  readonly convergedIn: number;
  readonly notes: number;
  /** Of resident memory, the most that the process with the devices had, in MB. */
  readonly megabytes: number;
}

const NOTES = 5;
/** People who sign up and connect their devices at the same time. */
const AT_ONCE = 8;
const STORAGE = 'bench';

interface Device {
  readonly state: State;
  readonly session: Session;
  readonly storage: Storage;
}

function increase(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

export async function measureLoad(plan: LoadPlan): Promise<Load> {
  const { bundle, people, devices, requestsPerMinute, tell } = plan;
  const limits = { bytes: 2 ** 30, objects: 200_000, requestsPerMinute };
  const cloud = await startCloudProcess({ bundle, passwordAuth: true, functionHost: 'inline', limits });
  try {
    let requests = 0;
    const refused: Record<string, number> = {};
    const failed: Record<string, number> = {};
    const told: Told = (route, status) => {
      requests++;
      if (status >= 400) increase(refused, `${route} ${status}`);
    };
    const homes: Device[][] = [];
    let next = 0;
    const comeOneByOne = async () => {
      while (next < people) {
        const person = next++;
        homes[person] = await moveIn(await signUp(cloud, person), person, devices, told);
        if (person % 10 === 9) tell(`${person + 1} of ${people} people are there`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, comeOneByOne));
    tell('everybody writes');
    const until = Date.now() + plan.seconds * 1000;
    const lives = homes.flatMap((home, person) =>
      home.map((device) => live(device, person, until, plan, (error) => increase(failed, nameOf(error)))),
    );
    const edits = (await Promise.all(lives)).reduce((sum, count) => sum + count, 0);
    tell('everybody has written');
    const ended = performance.now();
    const notes = (await Promise.all(homes.map(converge))).reduce((sum, count) => sum + count, 0);
    const megabytes = process.resourceUsage().maxRSS / 1024;
    return { edits, requests, refused, failed, convergedIn: (performance.now() - ended) / 1000, notes, megabytes };
  } finally {
    await cloud.close();
  }
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return 'kind' in error ? `${error.name} ${String(error.kind)}` : error.name;
}

/** The first device makes the vault with a few notes in it, the others join. */
async function moveIn(settings: AwsSettings, person: number, count: number, told: Told): Promise<Device[]> {
  const home: Device[] = [];
  while (home.length < count) {
    const state = createMemoryState();
    const storage = patient(openTimed(settings, told));
    if (home.length === 0) await fill(state, rowsOf({ seed: person, count: NOTES }));
    const session = await (home.length === 0 ? found : join)(placeOf(state, storage));
    await session.sync();
    home.push({ state, session, storage });
  }
  return home;
}

/** As the engine opens a storage. */
function patient(storage: Storage): Storage {
  const online = { now: () => true, wait: async () => undefined };
  return withRetry(withConcurrency(storage, 8), { now: Date.now, sleep, random: Math.random, online }, { attempts: 5 });
}

/** Follows the cloud by its socket, and writes at times. @returns how often it wrote */
async function live(
  { state, session, storage }: Device,
  person: number,
  until: number,
  { editEvery }: LoadPlan,
  failed: (error: unknown) => void,
): Promise<number> {
  const over = new AbortController();
  const ids = newest({ seed: person, count: NOTES }, NOTES);
  let work: Promise<unknown> = Promise.resolve();
  const then = (task: () => Promise<unknown>) => {
    work = work.then(task).catch(failed);
  };
  let asked = false;
  const sync = () => {
    if (asked) return;
    asked = true;
    then(() => {
      asked = false;
      return session.sync();
    });
  };
  startWatch({ state, sleep, vault: platform }, storage, STORAGE, sync, over.signal);
  let edits = 0;
  for (;;) {
    await sleep(Math.min(editEvery * 2 * Math.random(), Math.max(0, until - Date.now())));
    if (Date.now() >= until) break;
    await edit(state, [ids[Math.floor(Math.random() * NOTES)] as NoteId], Date.now());
    edits++;
    then(() => session.push());
  }
  over.abort(new Error('the load is over'));
  await work;
  return edits;
}

/** What was written last is fetched. @returns notes of the person. @throws {Error} when two devices don't hold the same */
async function converge(home: readonly Device[]): Promise<number> {
  for (let round = 0; round < 2; round++) for (const { session } of home) await session.sync();
  const [first, ...others] = await Promise.all(home.map(({ state }) => contentsOf(state)));
  if (!first) return 0;
  for (const other of others) mustEqual('another device of the same person', other, first);
  return first.notes;
}
