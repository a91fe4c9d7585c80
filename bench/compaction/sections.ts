/** The figures of years of use: how short and how small compaction keeps a vault, and what it costs. */
import { megabytes, type Row, type Section } from '../report.ts';
import { type Plan, told } from '../sections.ts';
import { type Compaction, measureCompaction } from './measure.ts';
import { measureOneNote } from './one-note.ts';

/** At most. */
const COMPACTION = { listed: 64, live: 32, stored: 1.25, alone: 2.5, together: 7, fresh: 48, requests: 1.6 };

function compactionRows(plan: Plan, found: Compaction, compactors: number): Row[] {
  const bounded = (figure: string, value: number, bound: number, measured: string): Row => ({
    figure,
    goal: `at most ${bound}`,
    measured,
    met: plan.full ? value <= bound : null,
  });
  const written = found.compacted / found.pushed;
  const requests = found.requests / found.pushes;
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
    bounded('requests of a fresh device', found.fresh, COMPACTION.fresh, `${found.fresh}`),
    bounded('requests per push, compaction included', requests, COMPACTION.requests, requests.toFixed(2)),
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
        `${sleeper.seconds.toFixed(1)} s, ${sleeper.requests} requests, ${megabytes(sleeper.bytes)}`,
      ),
    );
  return rows;
}

async function compaction(plan: Plan, days: number, pushes: number, compactors: number): Promise<Section> {
  const title = `Compaction: ${days} days, ${pushes} pushes by 3 devices, ${compactors === 1 ? 'one compacts' : 'all compact'}`;
  plan.tell(title);
  const course = { seed: plan.size.seed, days, pushes, devices: 3 };
  const found = await measureCompaction({ size: plan.size, course, compactors, looks: 4, tell: plan.tell });
  return {
    title,
    rows: compactionRows(plan, found, compactors),
    notes: [
      `After a first push of ${plan.size.count} notes, in a time of its own. ${WORKLOAD}`,
      'A fresh vault is one that the same notes were just pushed into. Four times on the way a fresh device joins, and every note of every device is compared with it.',
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

/** Takes most of an hour. */
export async function yearsSection(plan: Plan): Promise<Section[]> {
  const pushes = plan.full ? 60_000 : 3000;
  return [await compaction(plan, Math.round((pushes / 60_000) * 1825), pushes, 1)];
}
