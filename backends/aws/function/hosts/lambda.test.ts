/** The host with Amazon's clients, against the stand-ins of its services: the events as Amazon's gateways make them. */

import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { IDS, type Services, startServices } from '../../local/services.ts';
import { createTable } from '../../local/table.ts';
import { bodyKey } from '../../protocol.ts';
import { CLIENT, jwks, tokenFor, USER_POOL } from '../testing/issuer.ts';
import type * as Host from './lambda.ts';

type Handler = typeof Host.handler;
type Answer = { statusCode: number; body: string; isBase64Encoded: boolean; headers: Record<string, string> };

const context = { getRemainingTimeInMillis: () => 30_000 };
const before = { ...process.env };
let services: Services;
let handler: Handler;
let s3: S3Client;
/** What the function says, a line each. */
const lines: string[] = [];

beforeAll(async () => {
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  services = await startServices({
    port: 0,
    signUp: 'open',
    passwordAuth: false,
    lifetimes: {},
    now: () => Date.now(),
    say: () => {},
    report: () => {},
  });
  const { endpoints, credentials } = services;
  await createTable(endpoints.table, credentials.functionKey);
  Object.assign(process.env, {
    AWS_REGION: IDS.region,
    AWS_ACCESS_KEY_ID: credentials.functionKey.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.functionKey.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.table,
    AWS_ENDPOINT_URL_S3: endpoints.bodies,
    TABLE: IDS.table,
    BUCKET: IDS.bucket,
    USER_POOL_ID: USER_POOL,
    CLIENT_ID: CLIENT,
    IDENTITY_POOL_ID: IDS.identityPoolId,
    SIGN_UP: 'open',
    JWKS: JSON.stringify(jwks),
    SOCKET_URL: 'wss://sockets.example.org/live',
    // Nobody listens there: telling other devices fails, and nothing else does.
    SOCKET_API: 'http://127.0.0.1:9',
  });
  ({ handler } = await import('./lambda.ts'));
  s3 = new S3Client({ endpoint: endpoints.bodies, region: IDS.region, credentials: credentials.ownerKey });
});

afterAll(async () => {
  vi.restoreAllMocks();
  s3.destroy();
  await services.close();
  process.env = before;
});

async function http(method: string, path: string, body?: Uint8Array): Promise<Answer> {
  const [rawPath = '', rawQueryString = ''] = path.split('?');
  const event = {
    version: '2.0' as const,
    routeKey: '$default',
    rawPath,
    rawQueryString,
    headers: { authorization: `Bearer ${tokenFor('ann')}`, host: 'api.example.org' },
    requestContext: { http: { method, path: rawPath }, domainName: 'api.example.org' },
    body: body ? Buffer.from(body).toString('base64') : null,
    isBase64Encoded: body !== undefined,
  };
  return (await handler(event as unknown as Parameters<Handler>[0], context)) as Answer;
}

function socket(eventType: 'CONNECT' | 'DISCONNECT' | 'MESSAGE', connectionId: string, ticket?: string) {
  const queryStringParameters = ticket === undefined ? {} : { queryStringParameters: { ticket } };
  return handler({ requestContext: { eventType, connectionId }, ...queryStringParameters }, context);
}

describe('The function on Lambda', () => {
  it('takes and gives bytes of every kind', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    expect((await http('PUT', '/v1/objects/log/bytes', bytes)).statusCode).toBe(201);
    const got = await http('GET', '/v1/objects/log/bytes');
    expect(got.isBase64Encoded).toBe(true);
    expect(new Uint8Array(Buffer.from(got.body, 'base64'))).toEqual(bytes);
  });

  it('tells of a change page after page', async () => {
    const { cursor } = JSON.parse((await http('GET', '/v1/changes/log')).body) as { cursor: string };
    await http('PUT', '/v1/objects/log/later', new Uint8Array(1));
    const { events } = JSON.parse((await http('GET', `/v1/changes/log?after=${cursor}`)).body) as { events: unknown };
    expect(events).toMatchObject([{ kind: 'added', name: 'log/later', size: 1 }]);
  });

  it('registers a body that a client uploaded with its checksum, and removes it with its name', async () => {
    const body = Buffer.from('a film');
    const sha256 = createHash('sha256').update(body);
    const hex = sha256.copy().digest('hex');
    const Key = bodyKey('ann', hex);
    const register = () =>
      http('POST', '/v1/objects/files/film/register', Buffer.from(JSON.stringify({ size: 6, sha256: hex })));
    expect((await register()).statusCode).toBe(404);
    await s3.send(
      new PutObjectCommand({ Bucket: IDS.bucket, Key, Body: body, ChecksumSHA256: sha256.digest('base64') }),
    );
    expect((await register()).statusCode).toBe(201);
    expect((await http('GET', '/v1/objects/files/film')).headers['satchel-body']).toBe(`6 ${hex}`);
    await http('POST', '/v1/delete', Buffer.from(JSON.stringify({ names: ['files/film'] })));
    expect((await register()).statusCode).toBe(404);
  });

  it('sweeps when a schedule says so, whichever kind of schedule', async () => {
    await s3.send(new PutObjectCommand({ Bucket: IDS.bucket, Key: bodyKey('ann', 'f'.repeat(64)), Body: 'new' }));
    const swept = { seen: 1, removed: 0, unfinished: false };
    expect(await handler({ source: 'aws.events' }, context)).toEqual(swept);
    expect(await handler({ task: 'sweep' }, context)).toEqual(swept);
  });

  it('opens a socket for a ticket only, minds no message, and pushes though nobody can be told', async () => {
    const { address } = JSON.parse((await http('POST', '/v1/ticket')).body) as { address: string };
    const ticket = new URL(address).searchParams.get('ticket') ?? '';
    expect(await socket('CONNECT', 'c0')).toEqual({ statusCode: 401 });
    expect(await socket('CONNECT', 'c1', ticket)).toEqual({ statusCode: 200 });
    expect(await socket('CONNECT', 'c2', ticket)).toEqual({ statusCode: 401 });
    expect(await socket('MESSAGE', 'c1')).toEqual({ statusCode: 200 });
    expect((await http('PUT', '/v1/objects/log/told', new Uint8Array(1))).statusCode).toBe(201);
    expect(await socket('DISCONNECT', 'c1')).toEqual({ statusCode: 200 });
  });

  it('logs a line of JSON for each call, with its cost, and no token or name', async () => {
    lines.length = 0;
    const { statusCode } = await http('PUT', '/v1/objects/log/quiet', new Uint8Array(1));
    expect(statusCode).toBe(201);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { event: 'request', route: 'PUT /v1/objects/:area/:name', status: 201, requests: 1, failures: 0, writeUnits: 5 },
    ]);
    expect(lines.join('')).not.toMatch(/quiet|ann|eyJ/);
  });
});
