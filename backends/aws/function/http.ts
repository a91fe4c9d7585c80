/** The HTTP interface of protocol.ts, over the web's own Request and Response. */

import { createHash } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import { type Area, areaOf } from '../../storage.ts';
import {
  type AboutAnswer,
  BODY_HEADER,
  type CloudConfig,
  type DeleteAccountAnswer,
  DEVICE_HEADER,
  type FailureAnswer,
  INLINE_BYTES,
  SHA256_HEADER,
  STATUS_OF_FAILURE,
  type TicketAnswer,
} from '../protocol.ts';
import { admitWrite, countReads, eraseAccount } from './account.ts';
import { changesAfter } from './changes.ts';
import { deleteObjects } from './deleting.ts';
import { Failure } from './failure.ts';
import {
  readArea,
  readBytes,
  readDelete,
  readDevice,
  readObjectName,
  readRegister,
  readSha256,
  readTicket,
} from './input.ts';
import { type Found, getObject, type Put, putObject, registerObject, usage } from './objects.ts';
import { type Capacity, failureOf, type LogLine, meter, requestLine, unforeseenLine } from './observe.ts';
import type { BodyStore, ObjectTable, Sockets, Surroundings } from './ports.ts';
import { partOf } from './range.ts';
import { issueTicket, tellOthers, TICKET_PARAMETER } from './sockets.ts';
import type { Person, Verify } from './tokens.ts';

export interface Cloud extends Surroundings {
  readonly config: CloudConfig;
  /** Part of every cursor. */
  readonly epoch: string;
  /** `*` for any. */
  readonly allowedOrigins: readonly string[];
  readonly verify: Verify;
  /** The table, telling what its calls cost. */
  readonly openTable: (spend: (units: Capacity) => void) => ObjectTable;
  readonly bodies: BodyStore;
  /** Absent: devices poll. */
  readonly sockets: { readonly address: string; readonly sockets: Sockets } | undefined;
  readonly log: LogLine;
}

interface Variables {
  route: string;
  failure: string | undefined;
  table: ObjectTable;
}

type Call = Context<{ Variables: Variables }>;

/** What a route works with, once it is known who asks. */
interface Asked {
  readonly call: Call;
  readonly person: Person;
  /** Which of their devices, if it says so; else empty. */
  readonly device: string;
  readonly deps: Surroundings & {
    readonly table: ObjectTable;
    readonly bodies: BodyStore;
    readonly limits: CloudConfig['limits'];
    readonly epoch: string;
  };
}

export function createApp(cloud: Cloud): Hono<{ Variables: Variables }> {
  const app = new Hono<{ Variables: Variables }>();
  const countRead = countReads({ limits: cloud.config.limits, now: cloud.now });

  app.use(async (call, next) => {
    const { spend, spent } = meter();
    const began = cloud.now();
    call.set('table', cloud.openTable(spend));
    call.set('route', 'none');
    await next();
    call.res.headers.set('Cache-Control', 'no-store');
    const failure = call.get('failure');
    const line = {
      route: call.get('route'),
      status: call.res.status,
      ms: cloud.now() - began,
      capacity: spent(),
      ...(failure === undefined ? {} : { failure }),
    };
    cloud.log(requestLine(line, began));
  });
  const [anybody, allowed] = [allowing(['*']), allowing(cloud.allowedOrigins)];
  app.use((call, next) => (call.req.path === '/v1/config' ? anybody : allowed)(call, next));
  app.notFound((call) => refuse(call, new Failure('NotFound', 'There is no such route')));
  app.onError((error, call) => {
    const { failure, unforeseen } = failureOf(error);
    if (unforeseen) cloud.log(unforeseenLine(error));
    return refuse(call, failure, unforeseen ? 500 : undefined);
  });

  /** A route for who has a token. `read` and `write` are counted against the person's limit; `leave` always may. */
  const route = (
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    path: string,
    use: 'read' | 'write' | 'leave',
    answer: (asked: Asked) => Promise<Response>,
  ): void => {
    app.on(method, path, async (call) => {
      call.set('route', `${method} ${path}`);
      const person = await cloud.verify(bearer(call));
      const table = call.get('table');
      const { now, sleep, random, freshId, bodies, epoch } = cloud;
      const deps = { now, sleep, random, freshId, table, bodies, epoch, limits: cloud.config.limits };
      const device = readDevice(call.req.raw.headers);
      if (use === 'read') countRead(person.sub);
      if (use === 'write') await admitWrite(deps, person.sub);
      return answer({ call, person, device, deps });
    });
  };

  app.get('/v1/config', (call) => {
    call.set('route', 'GET /v1/config');
    return call.json(cloud.config);
  });

  route('PUT', '/v1/objects/:area/:name', 'write', async (asked) => {
    const { call, person, deps } = asked;
    const name = nameIn(call);
    const said = readSha256(call.req.raw.headers);
    const bytes = await readBytes(call.req.raw, INLINE_BYTES);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (said !== undefined && said !== sha256) throw new Failure('BadRequest', 'Other bytes arrived than were sent');
    const put = await putObject(deps, person.sub, name, { bytes, sha256 });
    return answerPut(asked, put, areaOf(name));
  });

  route('POST', '/v1/objects/:area/:name/register', 'write', async (asked) => {
    const { call, person, deps } = asked;
    const name = nameIn(call);
    const put = await registerObject(deps, person.sub, name, await readRegister(call.req.raw));
    return answerPut(asked, put, areaOf(name));
  });

  route('GET', '/v1/objects/:area/:name', 'read', async ({ call, person, deps }) => {
    const range = call.req.header('range');
    partOf(range, 0);
    const found = await getObject(deps, person.sub, nameIn(call));
    if (!found) throw new Failure('NotFound', 'There is no such object');
    return answerObject(found, range);
  });

  route('GET', '/v1/changes/:area', 'read', async ({ call, person, deps }) => {
    const area = readArea(call.req.param('area') ?? '');
    return call.json(await changesAfter(deps, person.sub, area, call.req.query('after')));
  });

  route('POST', '/v1/delete', 'write', async (asked) => {
    const { call, person, deps } = asked;
    const { names } = await readDelete(call.req.raw);
    const changed = await deleteObjects(deps, person.sub, names);
    for (const area of changed) await tell(asked, area);
    return call.body(null, 204);
  });

  route('GET', '/v1/about', 'read', async ({ call, person, deps }) => {
    const quota = deps.limits.bytes;
    const about: AboutAnswer = {
      accountId: person.sub,
      label: person.label,
      used: (await usage(deps, person.sub)).bytes,
      ...(quota === undefined ? {} : { quota }),
    };
    return call.json(about);
  });

  route('DELETE', '/v1/account', 'leave', async ({ call, person, deps }) =>
    call.json((await eraseAccount(deps, person.sub)) satisfies DeleteAccountAnswer),
  );

  route('POST', '/v1/ticket', 'write', async ({ call, person, deps }) => {
    if (!cloud.sockets) throw new Failure('NotFound', 'This cloud has no sockets');
    const { device = '' } = await readTicket(call.req.raw);
    const address = new URL(cloud.sockets.address);
    address.searchParams.set(TICKET_PARAMETER, await issueTicket(deps, person.sub, device));
    return call.json({ address: address.href } satisfies TicketAnswer);
  });

  async function answerPut(asked: Asked, put: Put, area: Area): Promise<Response> {
    if (put === 'new') await tell(asked, area);
    return asked.call.body(null, put === 'new' ? 201 : 200);
  }

  async function tell({ person, device, deps }: Asked, area: Area): Promise<void> {
    if (!cloud.sockets) return;
    const { failed } = await tellOthers({ ...deps, sockets: cloud.sockets.sockets }, person.sub, area, device);
    if (failed > 0) cloud.log({ event: 'not-told', failed });
  }

  return app;
}

function allowing(origins: readonly string[]) {
  return cors({
    origin: origins.includes('*') ? '*' : [...origins],
    allowMethods: ['GET', 'PUT', 'POST', 'DELETE'],
    allowHeaders: ['authorization', 'content-type', 'range', SHA256_HEADER, DEVICE_HEADER],
    exposeHeaders: [BODY_HEADER, SHA256_HEADER, 'content-range', 'retry-after'],
    maxAge: 7200,
  });
}

function bearer(call: Call): string {
  const [, token] = /^Bearer +(\S+)$/i.exec(call.req.header('authorization') ?? '') ?? [];
  if (token === undefined) throw new Failure('Unauthorized', 'A token is wanted: Authorization: Bearer …');
  return token;
}

function nameIn(call: Call) {
  return readObjectName(call.req.param('area') ?? '', call.req.param('name') ?? '');
}

function answerObject(found: Found, range: string | undefined): Response {
  const headers = new Headers({ [SHA256_HEADER]: found.sha256, 'Content-Type': 'application/octet-stream' });
  if (found.place === 's3') {
    headers.set(BODY_HEADER, `${found.size} ${found.sha256}`);
    return new Response(null, { headers });
  }
  const part = partOf(range, found.bytes.length);
  if (part.kind === 'whole') return new Response(new Uint8Array(found.bytes), { headers });
  if (part.kind === 'beyond') {
    headers.set('Content-Range', `bytes */${found.bytes.length}`);
    return new Response(null, { status: 416, headers });
  }
  headers.set('Content-Range', `bytes ${part.start}-${part.end - 1}/${found.bytes.length}`);
  return new Response(new Uint8Array(found.bytes.subarray(part.start, part.end)), { status: 206, headers });
}

function refuse(call: Call, failure: Failure, status?: number): Response {
  call.set('failure', failure.kind);
  if (failure.retryAfter !== undefined) call.header('Retry-After', String(failure.retryAfter));
  const answer: FailureAnswer = { error: failure.kind, message: failure.message };
  return call.json(answer, (status ?? STATUS_OF_FAILURE[failure.kind]) as 400);
}
