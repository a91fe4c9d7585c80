/** The figures of years of use: how short and how small compaction keeps a vault, and what it costs. */
import { load, megabytes, type Row, type Section } from '../report.ts';
import { type Plan, told } from '../sections.ts';
import { type Compaction, measureCompaction } from './measure.ts';
import { measureOneNote } from './one-note.ts';

/** At most. */
const COMPACTION = { listed: 64, live: 32, stored: 1.25, alone: 2.5, together: 7, fresh: 48, requests: 1.6 };

function freshInWords(fresh: Compaction['fresh']): string {
  const sorted = [...fresh].sort((a, b) => a.requests - b.requests);
  const [middle, most] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  return `${most?.requests}, while ${most?.listed} objects were listed; ${middle?.requests} in the median of ${sorted.length}`;
}

function compactionRows(plan: Plan, found: Compaction, compactors: number): Row[] {
  const bounded = (figure: string, value: number, bound: number, measured: string): Row => ({
    figure,
    goal: `at most ${bound}`,
    measured,
    met: plan.full ? value <= bound : null,
  });
  const written = found.compacted / found.pushed;
  const requests = found.requests / found.pushes;
  const most = Math.max(...found.fresh.map((each) => each.requests));
  const rows = [
    bounded('objects listed, at any time', found.listed, COMPACTION.listed, `${found.listed}`),
    bounded('of them live', found.live, COMPACTION.live, `${found.live}`),
    bounded('stored bytes, times a fresh vault', found.stored, COMPACTION.stored, found.stored.toFixed(3)),
    bounded(
      'bytes written by compaction, times the bytes pushed',
      written,
      compactors === 1 ? COMPACTION.alone : COMPACTION.together,
      `${written.toFixed(2)}; ${megabytes(found.pushed)} pushed, ${(found.pushed / found.pushes).toFixed(0)} bytes a push`,
    ),
    bounded('requests of a fresh device, at worst', most, COMPACTION.fresh, freshInWords(found.fresh)),
    bounded('requests per push, compaction included', requests, COMPACTION.requests, requests.toFixed(2)),
    told(
      'of these bytes, by the size of the merged pack',
      [...found.tiers]
        .sort(([a], [b]) => a - b)
        .map(
          ([tier, { packs, bytes }]) => `up to ${8 ** tier} KB ${(bytes / found.pushed).toFixed(2)} in ${packs} packs`,
        )
        .join(', '),
    ),
    told(
      'beside that, to follow what others write',
      `${found.following.requests} requests, ${megabytes(found.following.bytes)}`,
    ),
  ];
  const { sleeper } = found;
  if (sleeper)
    rows.push(
      told(
        'pull of a device that slept two years',
        `${sleeper.seconds.toFixed(1)} s, ${sleeper.requests} requests, ${megabytes(sleeper.bytes)} of the ${megabytes(sleeper.stored)} that are stored`,
      ),
      told(
        'what had changed meanwhile',
        `${sleeper.changed} of ${sleeper.notes} notes, which take ${megabytes(sleeper.alone)} in a vault of their own`,
      ),
    );
  return rows;
}

async function compaction(plan: Plan, days: number, pushes: number, compactors: number): Promise<Section> {
  const title = `Compaction: ${days} days, ${pushes} pushes by 3 devices, ${compactors === 1 ? 'one compacts' : 'all compact'}`;
  plan.tell(title);
  const course = { seed: plan.size.seed, days, pushes, devices: 3 };
  const [before, began] = [load(), performance.now()];
  const found = await measureCompaction({ size: plan.size, course, compactors, looks: 4, tell: plan.tell });
  return {
    title,
    rows: compactionRows(plan, found, compactors),
    notes: [
      `After a first push of ${plan.size.count} notes, in a time of its own. ${WORKLOAD}`,
      'A fresh vault is one that the same notes were just pushed into. A fresh device joins every 30 days, and whenever 30 objects or more are listed, and more than ever before; four times on the way every note of every device is compared with it. The devices seal and compress with the same algorithms as the app, called synchronously, so that all bytes are real; only the device that slept, whose seconds are told, does both by way of the platform, as the app does. State and storage lie in memory, with no latency.',
      `All of it took ${Math.round((performance.now() - began) / 60_000)} minutes. Load of the machine before: ${before}, after: ${load()}.`,
    ],
  };
}

const WORKLOAD =
  'Nine pushes of ten change one note, the others more: 87 of 100 notes are among the 200 used last, the one used last most often (Zipf, 1.1), 10 are new with 80 to 1,580 characters, 3 are any; 10 to 310 characters are typed, and sometimes up to 60 taken away. Devices that compact look every quarter of an hour, the others when they push.';

export async function compactionSection(plan: Plan): Promise<Section[]> {
  const pushes = plan.full ? 3000 : 300;
  const days = pushes / (3000 / 90);
  const sections = [await compaction(plan, days, pushes, 1), await compaction(plan, days, pushes, 3)];
  plan.tell('one note, edited for years');
  const sessions = plan.full ? 1800 : 180;
  const { text, state, body, head } = await measureOneNote(sessions);
  sections.push({
    title: `One note edited in ${sessions} sessions`,
    rows: [
      told('its text', `${text} bytes`),
      told('its state, with every session in it', `${state} bytes; ${body} as it lies in a pack`),
      told('the head of a pack that holds it alone', `${head} bytes`),
    ],
    notes: ['Each session is a client of its own, takes away 80 characters somewhere and types 80 others.'],
  });
  return sections;
}

/** Takes about half an hour of a processor's time. */
export async function yearsSection(plan: Plan): Promise<Section[]> {
  const pushes = plan.full ? 60_000 : 3000;
  return [await compaction(plan, Math.round((pushes / 60_000) * 1825), pushes, 1)];
}
