/** A `fetch` that holds every call and every answer on its way through against the official discovery document. */
import { boundaryOf, partsOf } from '../multipart.ts';
import { type Discovery, type Method, methodsOf, type Parameter, type Schema } from './discovery.ts';

export interface Judge {
  /** Like the fetch it was given; what is wrong is kept in `problems`. */
  readonly fetch: typeof fetch;
  readonly problems: readonly string[];
  /** "drive.files.list 200" and so on: what has been judged, without repetitions. */
  readonly judged: ReadonlySet<string>;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const FORMATS: Readonly<Record<string, RegExp>> = {
  int64: /^-?\d{1,19}$/,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/,
};

/** Everything that is wrong with a value. A property that the schema doesn't have is wrong, too. */
function check(discovery: Discovery, schema: Schema, value: unknown, at: string): string[] {
  if (schema.$ref !== undefined) {
    const named = discovery.schemas[schema.$ref];
    return named ? check(discovery, named, value, at) : [`${at}: there is no schema ${schema.$ref}`];
  }
  if (schema.type === 'array') {
    const { items } = schema;
    if (!Array.isArray(value) || !items) return [`${at}: expected a list`];
    return value.flatMap((item, index) => check(discovery, items, item, `${at}[${index}]`));
  }
  if (schema.type === 'object') {
    if (!isObject(value)) return [`${at}: expected an object`];
    return Object.entries(value).flatMap(([name, part]) => {
      const inner = schema.properties?.[name] ?? schema.additionalProperties;
      return inner ? check(discovery, inner, part, `${at}.${name}`) : [`${at}: there is no "${name}"`];
    });
  }
  return simpleProblems(schema, value, at);
}

function simpleProblems(schema: Schema, value: unknown, at: string): string[] {
  if (schema.type === 'boolean') return typeof value === 'boolean' ? [] : [`${at}: expected a boolean`];
  if (schema.type === 'integer') return Number.isInteger(value) ? [] : [`${at}: expected a whole number`];
  if (schema.type !== 'string') return [`${at}: nobody knows what a ${String(schema.type)} is`];
  if (typeof value !== 'string') return [`${at}: expected a text, got ${JSON.stringify(value)}`];
  const form = FORMATS[schema.format ?? ''];
  if (form && !form.test(value)) return [`${at}: "${value}" is no ${String(schema.format)}`];
  return schema.enum && !schema.enum.includes(value) ? [`${at}: "${value}" is none of the values`] : [];
}

function parameterProblems({ type, minimum, maximum, ...schema }: Parameter, text: string, at: string): string[] {
  if (type === 'boolean') return ['true', 'false'].includes(text) ? [] : [`${at}: expected a boolean`];
  if (type !== 'integer') return simpleProblems({ ...schema, type: 'string' }, text, at);
  const value = Number(text);
  const within = value >= Number(minimum ?? -Infinity) && value <= Number(maximum ?? Infinity);
  return Number.isInteger(value) && within ? [] : [`${at}: ${text} is out of bounds`];
}

/** The method that a request calls, and whether it uploads. */
function findMethod(
  discovery: Discovery,
  verb: string,
  path: string,
): { method: Method; uploads: boolean } | undefined {
  const fits = (pattern: string) => new RegExp(`^${pattern.replace(/\{\w+\}/g, '[^/]+')}$`).test(path);
  const candidates = methodsOf(discovery).filter(({ httpMethod }) => httpMethod === verb);
  // "files/generateIds" is not a file of that id.
  const plain = candidates
    .filter(({ flatPath }) => fits(`/${discovery.servicePath}${flatPath}`))
    .sort((one, other) => one.flatPath.split('{').length - other.flatPath.split('{').length)[0];
  if (plain) return { method: plain, uploads: false };
  const upload = candidates.find(({ mediaUpload }) =>
    Object.values(mediaUpload?.protocols ?? {}).some(({ path: pattern }) => fits(pattern)),
  );
  return upload && { method: upload, uploads: true };
}

function errorProblems(value: unknown, status: number, at: string): string[] {
  const error = isObject(value) ? value['error'] : undefined;
  if (!isObject(error) || error['code'] !== status) return [`${at}: the error is none`];
  const list = error['errors'];
  const first: unknown = Array.isArray(list) ? list[0] : undefined;
  const isWhole = isObject(first) && ['reason', 'domain', 'message'].every((name) => typeof first[name] === 'string');
  return isWhole && typeof error['message'] === 'string' ? [] : [`${at}: the error lacks its reason`];
}

/** @param inner leads to the stand-in. Requests to other paths than the API's pass unjudged. */
export function judging(discovery: Discovery, inner: typeof fetch): Judge {
  const problems: string[] = [];
  const judged = new Set<string>();

  async function judgeRequest({ method, uploads }: NonNullable<ReturnType<typeof findMethod>>, request: Request) {
    const at = `${method.id}, asked`;
    for (const [name, text] of new URL(request.url).searchParams) {
      const parameter = method.parameters?.[name] ?? discovery.parameters[name];
      if (!parameter || parameter.location !== 'query') problems.push(`${at}: there is no parameter "${name}"`);
      else problems.push(...parameterProblems(parameter, text, `${at}: ${name}`));
    }
    for (const [name, { required, location }] of Object.entries(method.parameters ?? {}))
      if (required === true && location === 'query' && !new URL(request.url).searchParams.has(name))
        problems.push(`${at}: "${name}" is missing`);
    const type = request.headers.get('Content-Type') ?? '';
    const body = new Uint8Array(await request.arrayBuffer());
    if (body.length === 0 || !method.request) return;
    const isMultipart = type.startsWith('multipart/');
    // The bytes alone say nothing of the file.
    if (uploads && !isMultipart && !type.startsWith('application/json')) return;
    const json = isMultipart ? partsOf(body, boundaryOf(type))[0]?.bytes : body;
    problems.push(...check(discovery, method.request, parsed(new TextDecoder().decode(json)), at));
  }

  async function judgeAnswer(method: Method, response: Response, isMedia: boolean): Promise<void> {
    const at = `${method.id} ${response.status}`;
    judged.add(at);
    if (response.status === 416 || (response.ok && isMedia)) return;
    const text = await response.text();
    if (!response.ok) {
      // A front end's page says nothing.
      if (response.headers.get('Content-Type')?.startsWith('application/json') === true)
        problems.push(...errorProblems(parsed(text), response.status, at));
      else if (response.status < 500 && response.status !== 308 && response.status !== 404)
        problems.push(`${at}: ${text}`);
      return;
    }
    if (!method.response) {
      if (text !== '') problems.push(`${at}: nothing was to be answered`);
      return;
    }
    // The beginning of a session has only a header.
    if (text === '' && response.headers.has('Location')) return;
    problems.push(...check(discovery, method.response, parsed(text), at));
  }

  return {
    problems,
    judged,
    async fetch(input, init) {
      const request = new Request(input, init);
      const url = new URL(request.url);
      // The later requests of a session have no metadata and no parameters of their own.
      const isResumed = url.searchParams.has('upload_id');
      const found = findMethod(discovery, isResumed ? 'POST' : request.method, url.pathname);
      const isApi = /^\/(?:drive|upload|resumable)\//.test(url.pathname) && request.method !== 'OPTIONS';
      if (isApi && !found) problems.push(`${request.method} ${url.pathname}: there is no such method`);
      if (!isApi || !found) {
        if (url.pathname.startsWith('/batch') && url.pathname !== `/${discovery.batchPath}`)
          problems.push(`${url.pathname}: that is not where batches go`);
        return inner(request);
      }
      const asked = request.clone();
      const response = await inner(request);
      await judgeAnswer(found.method, response.clone(), url.searchParams.get('alt') === 'media');
      // Nonsense that the service refuses is no fault of the specification's.
      if (response.status !== 400 && !isResumed) await judgeRequest(found, asked);
      return response;
    },
  };
}
