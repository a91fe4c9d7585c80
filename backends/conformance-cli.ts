/**
 * `npm run conformance -- <place> [S7 S8 …]`: runs the suite, or the checks of some rules, against a place.
 *
 * The exit status is 1 when a check failed. A place that needs an account and finds none in the environment
 * is skipped, with words and status 0, so that a scheduled run can name every place and use those it has.
 */
import { conformance } from './conformance.ts';
import type { Place } from './conformance/place.ts';
import { report } from './conformance/report.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface Known {
  /** What has to stand in the environment. */
  readonly needs?: string;
  /** No places: what is needed isn't there. */
  readonly places: (env: Environment) => Promise<readonly Place[]>;
}

const KNOWN: Readonly<Record<string, Known>> = {
  memory: {
    async places() {
      const { MEMORY_MODES, memoryPlace } = await import('./memory/place.ts');
      return Object.entries(MEMORY_MODES).map(([mode, switches]) => memoryPlace(mode, switches));
    },
  },
  dropbox: {
    needs: 'SATCHEL_DROPBOX_TOKEN, an access token of an account whose app folder may be written to',
    async places(env) {
      const { liveDropboxPlace } = await import('./dropbox/place.ts');
      const place = liveDropboxPlace(env);
      return place ? [place] : [];
    },
  },
  aws: {
    needs: 'SATCHEL_AWS_API, SATCHEL_AWS_EMAIL and SATCHEL_AWS_PASSWORD, a cloud and an account there',
    async places(env) {
      const { liveAwsPlace } = await import('./aws/place.ts');
      const place = await liveAwsPlace(env);
      return place ? [place] : [];
    },
  },
  'google-drive': {
    needs: 'SATCHEL_GOOGLE_DRIVE_TOKEN, an access token with the scope drive.file',
    async places(env) {
      const { liveDrivePlace } = await import('./google-drive/place.ts');
      const place = liveDrivePlace(env);
      return place ? [place] : [];
    },
  },
};

async function main([name, ...rules]: readonly string[]): Promise<number> {
  const known = name === undefined ? undefined : KNOWN[name];
  if (name === undefined || !known) {
    console.error(`Say which place to check: npm run conformance -- ${Object.keys(KNOWN).join('|')} [rule …]`);
    return 1;
  }
  const unknown = rules.filter((rule) => !conformance.some((check) => check.rule === rule));
  if (unknown.length > 0) {
    console.error(`There is no rule ${unknown.join(', ')}; the rules stand in backends/storage.ts.`);
    return 1;
  }
  const checks = conformance.filter(({ rule }) => rules.length === 0 || rules.includes(rule));
  const places = await known.places(process.env);
  if (places.length === 0) {
    console.log(`${name} was skipped: the environment lacks ${known.needs}.`);
    return 0;
  }

  let failed = 0;
  for (const place of places) {
    try {
      const totals = await report(place, checks, (line) => console.log(line));
      failed += totals.failed;
    } finally {
      await place.close?.();
    }
  }
  return failed > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
