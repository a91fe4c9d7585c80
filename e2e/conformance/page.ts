/**
 * Runs in a browser's page: the conformance suite over the memory storage, over the client of a cloud of one's own, and
 * over the Dropbox client, whose requests go to the stand-in on another origin, so that CORS is the browser's own. What
 * the suite arranges at that stand-in goes through the page's own server, in requests that the page waits for, since the
 * stand-in's switches are functions that answer at once.
 */
import { awsPlace } from '../../backends/aws/place.ts';
import { conformance } from '../../backends/conformance.ts';
import type { Place } from '../../backends/conformance/place.ts';
import { report, type Totals } from '../../backends/conformance/report.ts';
import { emulatedDropboxPlace } from '../../backends/dropbox/place.ts';
import type { FaultRule } from '../../backends/dropbox/emulator/faults.ts';
import type { DropboxEmulator } from '../../backends/dropbox/emulator/emulator.ts';
import { MEMORY_MODES, memoryPlace } from '../../backends/memory/place.ts';
import type { Ask, Told } from './stand-in.ts';

export interface Outcome extends Totals {
  readonly place: string;
  readonly lines: readonly string[];
}

export interface ConformancePage {
  readonly places: readonly string[];
  /** How many checks there are. */
  readonly checks: number;
  run(place: string): Promise<Outcome>;
}

function ask<Kind extends Ask['kind']>(question: Ask & { readonly kind: Kind }): Told[Kind] {
  const request = new XMLHttpRequest();
  request.open('POST', '/stand-in', false);
  request.send(JSON.stringify(question));
  if (request.status !== 200) throw new Error(`the page’s server says: ${request.responseText}`);
  return JSON.parse(request.responseText) as Told[Kind];
}

/** A fault with its functions taken out: they stay here, and the server is asked and told. */
function addFault(rule: FaultRule): void {
  const { fault, ...where } = rule;
  if (fault.kind !== 'hold') return void ask({ kind: 'fault', rule: { ...where, fault } });
  const { reached, released, moment } = fault;
  const { hold } = ask({ kind: 'hold', route: where.route, moment });
  void fetch(`/reached/${hold}`).then(reached, () => undefined);
  void released.then(() => ask({ kind: 'release', hold }));
}

const keys = (list: () => readonly string[]) => ({ keys: () => list()[Symbol.iterator]() });

/** As much of the stand-in as the place for the suite uses. */
function standIn(): DropboxEmulator {
  const secrets = () => ask({ kind: 'look' }).secrets;
  const partial = {
    addFault,
    clearFaults: () => void ask({ kind: 'clear' }),
    resetCursors: () => void ask({ kind: 'reset-cursors' }),
    signIn: () => ask({ kind: 'sign-in' }),
    get requests() {
      return { length: ask({ kind: 'look' }).requests };
    },
    world: {
      clock: { now: () => ask({ kind: 'look' }).now },
      accessTokens: keys(secrets),
      refreshTokens: keys(() => []),
    },
  };
  return partial as unknown as DropboxEmulator;
}

function dropbox(mode: 'header' | 'url'): () => Place {
  return () =>
    withoutHiddenHeaders(
      emulatedDropboxPlace({
        emulator: standIn(),
        fetch: (input, init) => fetch(input, init),
        endpoints: ask({ kind: 'look' }).endpoints,
        mode,
        title: `${mode} mode`,
      }),
    );
}

/** What goes wrong on the way is arranged in the page itself; the cloud is on another origin, with CORS of its own. */
const cloud = () =>
  awsPlace({
    title: 'AWS (this computer)',
    settings: ask({ kind: 'cloud-account' }),
    fetch: () => (input, init) => fetch(input, init),
    pages: false,
    now: Date.now,
  });

/** A browser shows a page only those headers that the service exposes, and Retry-After isn't one of them. */
function withoutHiddenHeaders(place: Place): Place {
  const { faults } = place;
  if (!faults?.errors) return place;
  const errors = faults.errors.map((error) => {
    const { retryAfter, ...rest } = error;
    return error.title.endsWith('with Retry-After') || retryAfter === undefined ? rest : error;
  });
  return { ...place, faults: { ...faults, errors } };
}

const places: ReadonlyMap<string, () => Place> = new Map([
  ...Object.entries(MEMORY_MODES).map(
    ([mode, switches]) => [`memory, ${mode}`, () => memoryPlace(mode, switches)] as const,
  ),
  ...(['header', 'url'] as const).map((mode) => [`Dropbox, ${mode} mode`, dropbox(mode)] as const),
  ['AWS', cloud] as const,
]);

const here: ConformancePage = {
  places: [...places.keys()],
  checks: conformance.length,
  async run(name) {
    const make = places.get(name);
    if (!make) throw new Error(`there is no place ${name}`);
    const place = make();
    const lines: string[] = [];
    const totals = await report(place, conformance, (line) => lines.push(line));
    await place.close?.();
    return { place: name, lines, ...totals };
  },
};

Object.assign(globalThis, { conformancePage: here });
