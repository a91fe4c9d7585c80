/** Whether a cloud answers, asked from outside as an app would. */

export interface CheckDeps {
  readonly fetch: typeof fetch;
  /** Resolves after so many ms. */
  readonly pause: (ms: number) => Promise<void>;
}

/** A new name takes a moment to be known everywhere. */
const TRIES = 6;
const BETWEEN_MS = 5000;

/**
 * @param address of the HTTP API
 * @param site where the site is, with a slash at the end
 * @returns what is wrong, in words; none when all answers
 */
export async function problemsOf(address: string, site: string, deps: CheckDeps): Promise<readonly string[]> {
  const cloud = await answers(`${address}/v1/config`, (found) => found['cloud'] === 'satchel', deps);
  const config = await answers(`${site}config.json`, (found) => isObject(found['aws']), deps);
  return [
    ...(cloud ? [] : [`${address}/v1/config does not answer as a Satchel cloud does.`]),
    ...(config ? [] : [`${site}config.json does not answer with this cloud’s configuration.`]),
  ];
}

async function answers(
  url: string,
  isRight: (found: Readonly<Record<string, unknown>>) => boolean,
  { fetch, pause }: CheckDeps,
): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    try {
      const found: unknown = await (await fetch(url)).json();
      if (isObject(found) && isRight(found)) return true;
    } catch {
      // Not there yet, or not JSON: as good as no answer.
    }
    if (tries === TRIES) return false;
    await pause(BETWEEN_MS);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
