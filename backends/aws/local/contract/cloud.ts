/** What a client relies on of a deployed cloud as a whole: signing in by Amplify, the gateway, its own bodies. */
import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Amplify } from 'aws-amplify';
import { fetchAuthSession, signIn, signOut } from 'aws-amplify/auth';
import { cognitoUserPoolsTokenProvider } from 'aws-amplify/auth/cognito';
import { CognitoJwtVerifier } from 'aws-jwt-verify';
import { WebSocket } from 'ws';
import { BODY_HEADER, bodyKey, type ChangesAnswer, type CloudConfig, type TicketAnswer } from '../../protocol.ts';
import { answers, type ContractCheck, refuses } from './check.ts';

export interface CloudSubject {
  /** The gateway's address, without a slash at its end. */
  readonly api: string;
  readonly config: CloudConfig;
  readonly email: string;
  readonly password: string;
  /** The public keys; absent: fetched from Cognito. */
  readonly jwks?: unknown;
}

/** Points Amplify at the cloud, with what it keeps in memory only. */
export async function openCloud(api: string, email: string, password: string, jwks?: unknown): Promise<CloudSubject> {
  const config = JSON.parse(await answers(200, fetch(`${api}/v1/config`))) as CloudConfig;
  const { userPool, identityPool } = config.endpoints;
  Amplify.configure({
    Auth: {
      Cognito: {
        userPoolId: config.userPoolId,
        userPoolClientId: config.clientId,
        identityPoolId: config.identityPoolId,
        ...(userPool && { userPoolEndpoint: userPool }),
        ...(identityPool && { identityPoolEndpoint: identityPool }),
      },
    },
  });
  const kept = new Map<string, string>();
  cognitoUserPoolsTokenProvider.setKeyValueStorage({
    setItem: async (key, value) => void kept.set(key, value),
    getItem: async (key) => kept.get(key) ?? null,
    removeItem: async (key) => void kept.delete(key),
    clear: async () => kept.clear(),
  });
  return { api, config, email, password, ...(jwks !== undefined && { jwks }) };
}

/** Signs in by SRP where nobody is, and gives the person's tokens and credentials. */
async function signedIn({ email, password }: CloudSubject) {
  const before = await fetchAuthSession();
  if (!before.tokens) assert.equal((await signIn({ username: email, password })).isSignedIn, true);
  const { tokens, credentials, userSub } = await fetchAuthSession();
  assert.ok(tokens?.idToken && credentials && userSub);
  return { idToken: tokens.idToken.toString(), accessToken: tokens.accessToken.toString(), credentials, sub: userSub };
}

async function ask(subject: CloudSubject, method: string, path: string, body?: Uint8Array<ArrayBuffer> | string) {
  const { idToken } = await signedIn(subject);
  const type = typeof body === 'string' ? 'application/json' : 'application/octet-stream';
  return fetch(`${subject.api}${path}`, {
    method,
    headers: { Authorization: `Bearer ${idToken}`, 'Content-Type': type },
    ...(body !== undefined && { body }),
  });
}

function bodiesOf(
  { config }: CloudSubject,
  credentials: Awaited<ReturnType<typeof signedIn>>['credentials'],
): S3Client {
  const { bodies } = config.endpoints;
  return new S3Client({ region: config.region, credentials, ...(bodies && { endpoint: bodies }) });
}

/** What all tokens of one sign-in have in common. */
function origin(token: string): unknown {
  const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  return (JSON.parse(claims) as Record<string, unknown>)['origin_jti'];
}

export const cloudContract: readonly ContractCheck<CloudSubject>[] = [
  {
    title: 'signing in by SRP gives a token that Amazon’s verifier accepts, and a wrong password none',
    async run(subject) {
      const { config, email, jwks } = subject;
      await signOut();
      await refuses('NotAuthorizedException', signIn({ username: email, password: randomUUID() }));
      const { idToken, sub } = await signedIn(subject);
      const verifier = CognitoJwtVerifier.create({
        userPoolId: config.userPoolId,
        clientId: config.clientId,
        tokenUse: 'id',
      });
      if (jwks !== undefined) verifier.cacheJwks(jwks as Parameters<typeof verifier.cacheJwks>[0]);
      const claims = await verifier.verify(idToken);
      assert.deepEqual([claims.sub, claims['email']], [sub, email]);
    },
  },
  {
    title: 'a refresh token gives new tokens of the same sign-in',
    async run(subject) {
      const before = await signedIn(subject);
      const { tokens } = await fetchAuthSession({ forceRefresh: true });
      assert.notEqual(tokens?.idToken?.toString(), before.idToken);
      assert.equal(origin(tokens?.idToken?.toString() ?? ''), origin(before.idToken));
    },
  },
  {
    title: 'the gateway lets in nobody without an untouched ID token',
    async run(subject) {
      const { api } = subject;
      const { idToken, accessToken } = await signedIn(subject);
      const about = (Authorization?: string) =>
        fetch(`${api}/v1/about`, { ...(Authorization !== undefined && { headers: { Authorization } }) });
      await answers(200, about(`Bearer ${idToken}`));
      await answers(401, about());
      await answers(401, about('Bearer nonsense'));
      await answers(401, about(`Bearer ${idToken.slice(0, -6)}AAAAAA`));
      await answers(401, about(`Bearer ${accessToken}`));
    },
  },
  {
    title: 'an object is put once, told of, fetched in part, and removed',
    async run(subject) {
      const name = `log/contract-${randomUUID()}`;
      const path = `/v1/objects/${name}`;
      const bytes = new Uint8Array(randomBytes(1000));
      await answers(201, ask(subject, 'PUT', path, bytes));
      await answers(200, ask(subject, 'PUT', path, bytes));
      await answers(409, ask(subject, 'PUT', path, bytes.slice(1)));
      const fetched = new Uint8Array(await (await ask(subject, 'GET', path)).arrayBuffer());
      assert.deepEqual(fetched, bytes);
      await answers(204, ask(subject, 'POST', '/v1/delete', JSON.stringify({ names: [name] })));
      await answers(404, ask(subject, 'GET', path));
      const kinds: string[] = [];
      let page: ChangesAnswer | undefined;
      do {
        const after: string = page ? `?after=${encodeURIComponent(page.cursor)}` : '';
        page = JSON.parse(await answers(200, ask(subject, 'GET', `/v1/changes/log${after}`))) as ChangesAnswer;
        kinds.push(...page.events.filter((event) => event.name === name).map(({ kind }) => kind));
      } while (page.more);
      assert.equal(kinds.at(-1), 'removed');
    },
  },
  {
    title: 'temporary credentials reach the person’s own bodies, once each, and nothing else',
    async run(subject) {
      const { credentials, sub } = await signedIn(subject);
      const { bucket: Bucket } = subject.config;
      const client = bodiesOf(subject, credentials);
      const bytes = new Uint8Array(randomBytes(300_000));
      const hash = createHash('sha256').update(bytes).digest();
      const Key = bodyKey(sub, hash.toString('hex'));
      const put = (key: string, IfNoneMatch?: '*') =>
        client.send(
          new PutObjectCommand({
            Bucket,
            Key: key,
            Body: bytes,
            ChecksumSHA256: hash.toString('base64'),
            ...(IfNoneMatch && { IfNoneMatch }),
          }),
        );
      await refuses('AccessDenied', put(Key));
      await put(Key, '*');
      await refuses('PreconditionFailed', put(Key, '*'));
      const another = bodyKey(randomUUID(), hash.toString('hex'));
      await refuses('AccessDenied', put(another, '*'));
      await refuses('AccessDenied', client.send(new GetObjectCommand({ Bucket, Key: another })));
      await refuses('AccessDenied', client.send(new GetObjectCommand({ Bucket, Key: `${Key}0` })));
      await refuses('AccessDenied', client.send(new DeleteObjectCommand({ Bucket, Key })));
      await refuses('AccessDenied', client.send(new ListObjectsV2Command({ Bucket, Prefix: `bodies/${sub}/` })));
      const wrong = bodiesOf(subject, { ...credentials, secretAccessKey: 'x'.repeat(40) });
      await refuses('SignatureDoesNotMatch', wrong.send(new GetObjectCommand({ Bucket, Key })));

      const name = `files/contract-${randomUUID()}`;
      const request = JSON.stringify({ size: bytes.length, sha256: hash.toString('hex') });
      await answers(201, ask(subject, 'POST', `/v1/objects/${name}/register`, request));
      const told = await ask(subject, 'GET', `/v1/objects/${name}`);
      assert.equal(told.headers.get(BODY_HEADER), `${bytes.length} ${hash.toString('hex')}`);
      const got = await client.send(new GetObjectCommand({ Bucket, Key, Range: 'bytes=299990-' }));
      assert.deepEqual(await got.Body?.transformToByteArray(), bytes.slice(299_990));
      await answers(204, ask(subject, 'POST', '/v1/delete', JSON.stringify({ names: [name] })));
      await refuses('AccessDenied', client.send(new GetObjectCommand({ Bucket, Key })));
    },
  },
  {
    title: 'a ticket opens one socket, which hears of a change',
    async run(subject) {
      if (!subject.config.endpoints.socket) return;
      const ticket = await answers(200, ask(subject, 'POST', '/v1/ticket', '{}'));
      const { address } = JSON.parse(ticket) as TicketAnswer;
      const socket = new WebSocket(address);
      try {
        await opened(socket);
        await assert.rejects(opened(new WebSocket(address)), /401/);
        const told = new Promise<string>((resolve) =>
          socket.once('message', (bytes: Buffer) => resolve(bytes.toString())),
        );
        const name = `log/contract-${randomUUID()}`;
        await answers(201, ask(subject, 'PUT', `/v1/objects/${name}`, new Uint8Array(randomBytes(10))));
        assert.deepEqual(JSON.parse(await told), { changed: 'log' });
        await answers(204, ask(subject, 'POST', '/v1/delete', JSON.stringify({ names: [name] })));
      } finally {
        socket.close();
      }
    },
  },
];

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });
}
