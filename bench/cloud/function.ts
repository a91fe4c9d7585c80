/** The built function: how large it is, how long it takes to start, and to answer when it has much to do. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { startCloudProcess } from '../../backends/aws/local/cloud-process.ts';
import { type Area, type Cursor, objectName, type Storage } from '../../backends/storage.ts';
import { openTimed, signUp } from './people.ts';

const run = promisify(execFile);
const COLD = fileURLToPath(new URL('cold-start.mjs', import.meta.url));

export interface Bundle {
  readonly bytes: number;
  readonly gzipped: number;
}

export async function measureBundle(bundle: string): Promise<Bundle> {
  const bytes = await readFile(bundle);
  return { bytes: bytes.length, gzipped: gzipSync(bytes, { level: 9 }).length };
}

/** In ms: loading the bundle, its first answer after that, and the processor time of both. */
export interface ColdStart {
  readonly loaded: number;
  readonly answered: number;
  readonly cpu: number;
}

export async function measureColdStarts(bundle: string, times: number): Promise<ColdStart[]> {
  const starts: ColdStart[] = [];
  while (starts.length < times) {
    const { stdout } = await run(process.execPath, [COLD, bundle], { env: { PATH: process.env['PATH'] } });
    starts.push(JSON.parse(stdout.slice(stdout.lastIndexOf('\n{') + 1)) as ColdStart);
  }
  return starts;
}

/** ms of the requests of each route that succeeded, in order; and how many didn't, by status. */
export interface Latencies {
  readonly routes: ReadonlyMap<string, readonly number[]>;
  readonly failures: Readonly<Record<string, number>>;
  readonly seconds: number;
}

const SMALL = 2_000;
/** More than the table takes. */
const LARGE = 300_000;

/** @param seconds of measuring, after everybody has signed up and asked once */
export async function measureLatencies(
  options: { readonly bundle: string; readonly functionHost: 'inline' | 'child'; readonly instances?: number },
  clients: number,
  seconds: number,
): Promise<Latencies> {
  const cloud = await startCloudProcess({ ...options, passwordAuth: true });
  try {
    const routes = new Map<string, number[]>();
    const failures: Record<string, number> = {};
    let measures = false;
    const told = (route: string, status: number, ms: number) => {
      if (!measures) return;
      if (status >= 400) failures[`${route} ${status}`] = (failures[`${route} ${status}`] ?? 0) + 1;
      else routes.set(route, [...(routes.get(route) ?? []), ms]);
    };
    const storages: Storage[] = [];
    while (storages.length < clients) storages.push(openTimed(await signUp(cloud, storages.length), told));
    await Promise.all(storages.map((storage) => round(storage, 0)));
    measures = true;
    const began = performance.now();
    const until = began + seconds * 1000;
    await Promise.all(storages.map((storage) => rounds(storage, until)));
    return { routes, failures, seconds: (performance.now() - began) / 1000 };
  } finally {
    await cloud.close();
  }
}

async function rounds(storage: Storage, until: number): Promise<void> {
  let cursor: Cursor | undefined;
  for (let count = 1; performance.now() < until; count++) cursor = await round(storage, count, cursor);
}

/** What a device asks for in the course of its days, at once: each route at least once in five rounds. */
async function round(storage: Storage, count: number, after?: Cursor): Promise<Cursor> {
  const area: Area = 'log';
  const name = objectName(`${area}/bench-${String(count).padStart(6, '0')}`);
  await storage.put(name, new Uint8Array(randomBytes(SMALL)));
  let page = await storage.changes(area, after);
  while (page.more) page = await storage.changes(area, page.cursor);
  await storage.get(name);
  if (count % 5 === 0) {
    await storage.about();
    const large = objectName(`${area}/large-${String(count).padStart(6, '0')}`);
    await storage.put(large, new Uint8Array(randomBytes(LARGE)));
    await storage.get(large);
    await storage.delete([name, large]);
  }
  return page.cursor;
}
