/** A `fetch` that holds every call and every answer on its way through against the official specification. */
import { createConformance } from './conforms.ts';
import type { Specification, TypeRef } from './stone.ts';

export interface Judge {
  /** Like the fetch it was given; what is wrong is kept in `problems`. */
  readonly fetch: typeof fetch;
  readonly problems: readonly string[];
  /** "files/upload 409" and so on: what has been judged, without repetitions. */
  readonly judged: ReadonlySet<string>;
}

const named = (name: string): TypeRef => ({ name, nullable: false, bounds: {} });
/** The errors that any route may answer. */
const COMMON_ERRORS: Readonly<Record<number, TypeRef>> = {
  401: named('auth.AuthError'),
  403: named('auth.AccessError'),
  429: named('auth.RateLimitError'),
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @param inner leads to the stand-in. Requests to other paths than the API's pass unjudged. */
export function judging(specification: Specification, inner: typeof fetch): Judge {
  const problems: string[] = [];
  const judged = new Set<string>();
  const check = createConformance(specification);

  async function judgeArgument(name: string, request: Request): Promise<void> {
    const route = specification.routes.get(name);
    const text =
      route?.attributes['style'] === undefined
        ? await request.text()
        : (request.headers.get('Dropbox-API-Arg') ?? new URL(request.url).searchParams.get('arg') ?? '');
    if (!route) return;
    const argument = text === '' ? null : parsed(text);
    problems.push(...check(route.argument, argument, `${name}, argument`));
  }

  async function judgeAnswer(name: string, response: Response): Promise<void> {
    const route = specification.routes.get(name);
    const at = `${name} ${response.status}`;
    judged.add(at);
    if (!route) {
      problems.push(`${at}: there is no such route`);
      return;
    }
    if (response.status === 304 || response.status === 416) return;
    const isDownload = route.attributes['style'] === 'download' && response.ok;
    const header = response.headers.get('Dropbox-API-Result');
    const body = isDownload ? (header ?? '') : await response.text();
    const isJson = isDownload || response.headers.get('Content-Type')?.startsWith('application/json') === true;
    if (response.ok) {
      problems.push(...check(route.result, parsed(body), at));
      return;
    }
    if (!isJson) {
      const wanted = response.status === 400 && body.startsWith(`Error in call to API function "${name}": `);
      if (!wanted && response.status < 500 && response.status !== 429) problems.push(`${at}: ${body}`);
      return;
    }
    const type = COMMON_ERRORS[response.status] ?? route.error;
    const answer = parsed(body);
    const fields = typeof answer === 'object' && answer !== null ? { ...answer } : {};
    const error: unknown = Reflect.get(fields, 'error');
    if (typeof Reflect.get(fields, 'error_summary') !== 'string') problems.push(`${at}: there is no error_summary`);
    problems.push(...check(type, error, at));
  }

  return {
    problems,
    judged,
    async fetch(input, init) {
      const request = new Request(input, init);
      const name = /\/2\/(.+)$/.exec(new URL(request.url).pathname)?.[1];
      if (name === undefined || request.method === 'OPTIONS') return inner(request);
      const asked = request.clone();
      const response = await inner(request);
      await judgeAnswer(name, response.clone());
      // Nonsense that the service refuses is no fault of the specification's.
      if (response.status !== 400) await judgeArgument(name, asked);
      return response;
    },
  };
}
