import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../cloud.ts';
import { invite } from '../user-pool/administration.ts';
import { findPerson } from '../user-pool/people.ts';

const bundle = fileURLToPath(new URL('../function-host/example.mjs', import.meta.url));

let cloud: LocalCloud;
let token: string;
let accessToken: string;
let time = Date.now();
const reported: unknown[] = [];

beforeAll(async () => {
  cloud = await startLocalCloud({ bundle, now: () => time, report: (error) => reported.push(error), sockets: false });
  const { pool } = cloud.services;
  invite(pool, 'person@example.org');
  const person = findPerson(pool.state, 'person@example.org');
  if (!person) throw new Error('nobody was invited');
  const given = pool.tokens.signIn(person);
  token = given.IdToken;
  accessToken = given.AccessToken;
});
afterAll(() => cloud.close());

const ask = (path: string, init: RequestInit & { token?: string } = {}) =>
  fetch(`${cloud.endpoints.api}${path}`, {
    ...init,
    headers: { Authorization: `Bearer ${init.token ?? token}`, ...(init.headers as Record<string, string>) },
  });

const status = async (given: string) => (await ask('/v1/plain', { token: given })).status;

describe('the gateway of requests', () => {
  it('gives the function the event that Amazon would', async () => {
    const response = await ask('/v1/event?after=%20x&a=1&a=2', {
      method: 'PUT',
      headers: { 'Content-Type': 'application/octet-stream', 'X-Of-Mine': 'ü'.normalize('NFKD').slice(0, 1) },
      body: Uint8Array.of(0, 255),
    });
    expect(await response.json()).toMatchObject({
      version: '2.0',
      routeKey: 'PUT /v1/{proxy+}',
      rawPath: '/v1/event',
      rawQueryString: 'after=%20x&a=1&a=2',
      queryStringParameters: { after: ' x', a: '1,2' },
      pathParameters: { proxy: 'event' },
      headers: { 'content-type': 'application/octet-stream', 'x-of-mine': 'u', authorization: `Bearer ${token}` },
      requestContext: {
        authorizer: { jwt: { claims: { token_use: 'id', aud: cloud.config.clientId, email_verified: 'true' } } },
        http: { method: 'PUT', path: '/v1/event', sourceIp: '127.0.0.1' },
        stage: '$default',
      },
      body: 'AP8=',
      isBase64Encoded: true,
    });
    const text = await ask('/v1/event', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"ü":1}',
    });
    expect(await text.json()).toMatchObject({ body: '{"ü":1}', isBase64Encoded: false });
  });

  it('gives back bytes, cookies and bare values', async () => {
    const bytes = await ask('/v1/bytes');
    expect(bytes.status).toBe(201);
    expect(new Uint8Array(await bytes.arrayBuffer())).toEqual(Uint8Array.of(0, 255));
    expect(bytes.headers.getSetCookie()).toEqual(['a=1']);
    expect(await (await ask('/v1/plain')).json()).toEqual({ any: 'value' });
  });

  it('lets in whoever has a token of this pool for this app, and nobody else', async () => {
    expect(await status(token)).toBe(200);
    // As the original does; the function itself looks at the use.
    expect(await status(accessToken)).toBe(200);
    const [head = '', body = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>;
    const changed = Buffer.from(JSON.stringify({ ...claims, sub: 'somebody else' })).toString('base64url');
    expect(await status(`${head}.${changed}.${signature}`)).toBe(401);
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    expect(await status(`${none}.${body}.`)).toBe(401);
    expect(await status('')).toBe(401);
    const anonymous = await fetch(`${cloud.endpoints.api}/v1/plain`);
    expect([anonymous.status, await anonymous.json()]).toEqual([401, { message: 'Unauthorized' }]);
    time += 3_600_000;
    expect(await status(token)).toBe(401);
    time -= 3_600_000;
  });

  it('knows the deployed routes, the configuration without a token', async () => {
    // The function of this test knows no configuration, and throws: it was asked.
    expect((await fetch(`${cloud.endpoints.api}/v1/config`)).status).toBe(500);
    expect((await ask('/v1/plain', { method: 'PATCH' })).status).toBe(404);
    expect((await ask('/v2/plain')).status).toBe(404);
    expect((await ask('/')).status).toBe(404);
  });

  it('says in its own words that the function failed or that there is too much', async () => {
    const failed = await ask('/v1/throw');
    expect([failed.status, await failed.json()]).toEqual([500, { message: 'Internal Server Error' }]);
    expect(String(reported.at(-1))).toContain('thrown on purpose');
    const body = new Uint8Array(5 * 1024 * 1024);
    expect((await ask('/v1/plain', { method: 'PUT', body })).status).toBe(413);
  });

  it('answers a browser’s question beforehand, and tells what may be read', async () => {
    const headers = { Origin: 'https://app.example.org' };
    const before = await fetch(`${cloud.endpoints.api}/v1/plain`, { method: 'OPTIONS', headers });
    expect(before.status).toBe(204);
    expect(before.headers.get('Access-Control-Allow-Headers')).toContain('authorization');
    const response = await ask('/v1/event', { headers });
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(response.headers.get('Access-Control-Expose-Headers')).toContain('retry-after');
    expect(
      (await fetch(`${cloud.endpoints.api}/v1/plain`, { headers })).headers.get('Access-Control-Allow-Origin'),
    ).toBe('*');
  });
});

it('listens on this machine alone', async () => {
  await expect(startLocalCloud({ bundle, host: '0.0.0.0' })).rejects.toThrow('not for serving others');
  await expect(startLocalCloud({ bundle: '/nowhere/index.mjs' })).rejects.toThrow('npm run build:function');
});

it('answers no page whose name was made to point here', async () => {
  const { request } = await import('node:http');
  const addresses = [cloud.endpoints.api, cloud.endpoints.bodies, cloud.outboxPage];
  for (const address of addresses) {
    const asked = request(address, { headers: { Host: 'evil.example.org' } }).end();
    const [response] = (await once(asked, 'response')) as [{ statusCode: number }];
    expect(response.statusCode).toBe(421);
  }
});

describe('the outbox', () => {
  it('shows mail as a page, with what people typed as text', async () => {
    const email = '"&\'x@example.org';
    const { password } = cloud.invite(email);
    const page = await fetch(cloud.outboxPage);
    const html = await page.text();
    expect(html).toContain(password);
    expect(html).toContain('&#34;&#38;&#39;x@example.org');
    expect(page.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
    expect(page.headers.get('Access-Control-Allow-Origin')).toBeNull();
    const mails = (await (await fetch(`${cloud.outboxPage}.json`)).json()) as { to: string }[];
    expect(mails.at(-1)?.to).toBe(email);
    expect(cloud.codeFor(email)).toBe(password);
  });

  it('has room for the newest mail only', () => {
    for (let count = 0; count < 60; count += 1) cloud.invite(`guest${count}@example.org`);
    expect(cloud.outbox()).toHaveLength(50);
    expect(cloud.outbox().at(-1)?.to).toBe('guest59@example.org');
  });
});
