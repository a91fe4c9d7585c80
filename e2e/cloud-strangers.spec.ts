/** What somebody can do who has an account at the same cloud and knows another person's names, ids and prefixes: nothing. */
import { GetItemCommand, PutItemCommand, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Page } from '@playwright/test';
import type { LocalCloud } from '../backends/aws/local/cloud.ts';
import { IDS } from '../backends/aws/local/services.ts';
import { dynamoDbFor, s3For } from '../backends/aws/local/test-services.ts';
import { bodyKey } from '../backends/aws/protocol.ts';
import { objectName } from '../backends/storage.ts';
import { connectAccount, REFUSED, test } from './fixtures/cloud.ts';
import { storageOf } from './fixtures/fresh-device.ts';
import { expect } from './fixtures/index.ts';
import { expectSynced, visit, writeNote } from './fixtures/satchel.ts';
import { credentialsOf, falseTokens, identityCall, identityOf, tokenFor } from './fixtures/tokens.ts';

const ANNA = 'anna@example.com';
const BEN = 'ben@example.com';
const FILM = objectName('files/film');

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** The calls, one after the other, as scripts in a page of the app would make them. */
async function askFrom(
  page: Page,
  { endpoints }: LocalCloud,
  token: string,
  calls: readonly Call[],
): Promise<Answer[]> {
  return page.evaluate(
    async ({ api, bearer, all }) => {
      const answers = [];
      for (const { method, path, body } of all) {
        const headers = { Authorization: `Bearer ${bearer}` };
        const answer = await fetch(`${api}${path}`, { method, headers, ...(body !== undefined && { body }) });
        answers.push({ status: answer.status, text: await answer.text() });
      }
      return answers;
    },
    { api: endpoints.api, bearer: token, all: calls },
  );
}

interface Item {
  readonly pk: string;
  readonly sk: string;
}

/** Every item of the table and every object of the bucket, but what is of the one who was left out. */
async function everythingBut({ services }: LocalCloud, other: string) {
  const { ownerKey } = services.credentials;
  const { Items = [], LastEvaluatedKey } = await dynamoDbFor(services, ownerKey).send(
    new ScanCommand({ TableName: IDS.table }),
  );
  expect(LastEvaluatedKey).toBeUndefined();
  const items = Items.filter(({ pk }) => !pk?.S?.startsWith(other) && !pk?.S?.startsWith('ticket#'));
  const s3 = s3For(services, ownerKey);
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: IDS.bucket }));
  const keys = Contents.flatMap(({ Key = '' }) => (Key.startsWith(`bodies/${other}/`) ? [] : [Key]));
  const bodies = await Promise.all(
    keys.map(async (Key) => {
      const { Body, LastModified, ETag } = await s3.send(new GetObjectCommand({ Bucket: IDS.bucket, Key }));
      return { Key, LastModified, ETag, bytes: await Body?.transformToString('base64') };
    }),
  );
  const keyOf = ({ pk, sk }: (typeof items)[number]): Item => ({ pk: pk?.S ?? '', sk: sk?.S ?? '' });
  return { items, bodies, keys: items.map(keyOf) };
}

async function expectRefused(what: string, call: Promise<unknown>): Promise<void> {
  const outcome = await call.then(
    () => 'done',
    (error: { readonly $metadata?: { readonly httpStatusCode?: number } }) => error.$metadata?.httpStatusCode,
  );
  // 501: what the stand-in doesn't know at all.
  expect.soft([400, 403, 501], `${what}: ${outcome}`).toContain(outcome);
}

/** Every operation on the other's body, and on a new one beside it. */
async function tryBucket(s3: S3Client, own: string, theirs: string): Promise<void> {
  const Bucket = IDS.bucket;
  const beside = theirs.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
  const Body = 'not hers';
  const put = (Key: string, more: { IfNoneMatch?: string } = {}) =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
  const copy = (Key: string, from: string) =>
    s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/${from}` }));
  const [, sub] = theirs.split('/');
  // The credentials are good, for what is one's own.
  await put(own, { IfNoneMatch: '*' });
  await expectRefused('write over one’s own', put(own));
  await expectRefused('get', s3.send(new GetObjectCommand({ Bucket, Key: theirs })));
  await expectRefused('head', s3.send(new HeadObjectCommand({ Bucket, Key: theirs })));
  await expectRefused('write over', put(theirs));
  await expectRefused('write over, if none', put(theirs, { IfNoneMatch: '*' }));
  await expectRefused('put beside', put(beside, { IfNoneMatch: '*' }));
  // A name like any other, below one's own.
  await put(`${own}/../../${sub}/climbed`, { IfNoneMatch: '*' }).catch(() => undefined);
  await expectRefused('delete', s3.send(new DeleteObjectCommand({ Bucket, Key: theirs })));
  const Delete = { Objects: [{ Key: theirs }] };
  await expectRefused('delete several', s3.send(new DeleteObjectsCommand({ Bucket, Delete })));
  await expectRefused('copy to oneself', copy(`${own}0`, theirs));
  await expectRefused('copy over', copy(theirs, own));
  await expectRefused('upload in parts', s3.send(new CreateMultipartUploadCommand({ Bucket, Key: theirs })));
  for (const Prefix of [`bodies/${sub}/`, 'bodies/', ''])
    await expectRefused(`list ${Prefix}`, s3.send(new ListObjectsV2Command({ Bucket, Prefix })));
}

test('a second person with the first one’s names, ids and prefixes is refused at every route and in the bucket, and so are false tokens; nothing of the first person’s has changed', async ({
  page,
  cloud,
  problems,
}) => {
  problems.allow(REFUSED, /favicon\.ico/);
  await visit(page);
  await connectAccount(page, cloud, ANNA);
  await writeNote(page, 'Mine alone');
  await expectSynced(page);
  const storage = await storageOf(page);
  const film = crypto.getRandomValues(new Uint8Array(60_000));
  const large = new Uint8Array(300_000).map((_, at) => film[at % film.length] ?? 0);
  await storage.put(FILM, large);
  const { accountId: anna } = await storage.about();
  const { cursor } = await storage.changes('log');
  // The app rests, so that whatever changes from here on is the stranger's doing.
  await page.goto('./manifest.webmanifest');
  const { sub: benId } = cloud.invite(BEN);
  const ben = { sub: benId, token: tokenFor(cloud, benId) };
  const lines = async () => (await everythingBut(cloud, ben.sub)).keys.filter(({ sk }) => sk.startsWith('socket#'));
  await expect.poll(lines).toEqual([]);
  const before = await everythingBut(cloud, ben.sub);
  const held = before.items.flatMap(({ pk, sk, sha256, size }) =>
    sk?.S?.startsWith('name#')
      ? [{ name: `${pk?.S?.split('#')[1]}/${sk.S.slice(5)}`, sha256: sha256?.S ?? '', size: Number(size?.N) }]
      : [],
  );
  expect(held.length).toBeGreaterThan(2);
  expect(before.bodies).toHaveLength(1);

  // What there is to ask for, with everything that is known of her.
  const names = held.map(({ name }) => name);
  const one = names.find((name) => name.startsWith('log/'))?.slice(4) ?? '';
  const climbing: Call = { method: 'GET', path: `/v1/objects/log/..%2F${anna}%23files%2Ffilm` };
  const reads: Call[] = [
    ...names.map((name) => ({ method: 'GET', path: `/v1/objects/${name}` })),
    { method: 'GET', path: `/v1/objects/${anna}%23log/${one}` },
    climbing,
    { method: 'GET', path: `/v1/changes/${anna}%23log` },
    ...held.map(({ name, size, sha256 }) => ({
      method: 'POST',
      path: `/v1/objects/${name}/register`,
      body: JSON.stringify({ size, sha256 }),
    })),
  ];
  for (const [index, { status }] of (await askFrom(page, cloud, ben.token, reads)).entries())
    expect([400, 404], `${JSON.stringify(reads[index])}: ${status}`).toContain(status);
  // These answer, and speak of nobody but himself.
  const own: Call[] = [
    { method: 'GET', path: '/v1/changes/log' },
    { method: 'GET', path: '/v1/changes/files' },
    { method: 'GET', path: `/v1/changes/log?after=${encodeURIComponent(cursor)}` },
    { method: 'GET', path: `/v1/about?accountId=${anna}&sub=${anna}` },
    { method: 'POST', path: '/v1/ticket', body: JSON.stringify({ device: 'ben', sub: anna }) },
    { method: 'POST', path: '/v1/delete', body: JSON.stringify({ names }) },
    ...names.map((name) => ({ method: 'PUT', path: `/v1/objects/${name}`, body: 'not hers' })),
    { method: 'POST', path: '/v1/delete', body: JSON.stringify({ names }) },
    { method: 'DELETE', path: `/v1/account?sub=${anna}` },
  ];
  for (const { status, text } of await askFrom(page, cloud, ben.token, own)) {
    expect([200, 201, 204, 410]).toContain(status);
    for (const known of [anna, ANNA, ...names]) expect(text).not.toContain(known);
  }

  const theirs = bodyKey(anna, held.find(({ name }) => name === FILM)?.sha256 ?? '');
  expect(before.bodies.map(({ Key }) => Key)).toEqual([theirs]);
  const annasIdentity = await identityOf(cloud, tokenFor(cloud, anna));
  expect(annasIdentity).toBeTruthy();
  expect(
    (await identityCall(cloud, 'GetCredentialsForIdentity', ben.token, { IdentityId: annasIdentity })).body,
  ).toMatchObject({ __type: 'NotAuthorizedException' });
  const credentials = await credentialsOf(cloud, ben.token);
  await tryBucket(s3For(cloud.services, credentials), bodyKey(ben.sub, '0'.repeat(64)), theirs);
  const table = dynamoDbFor(cloud.services, credentials);
  const TableName = IDS.table;
  const Key = { pk: { S: `${anna}#log` }, sk: { S: `name#${one}` } };
  await expectRefused('scan', table.send(new ScanCommand({ TableName })));
  await expectRefused('get item', table.send(new GetItemCommand({ TableName, Key })));
  await expectRefused('put item', table.send(new PutItemCommand({ TableName, Item: Key })));
  const KeyConditionExpression = 'pk = :pk';
  const ExpressionAttributeValues = { ':pk': Key.pk };
  await expectRefused(
    'query',
    table.send(new QueryCommand({ TableName, KeyConditionExpression, ExpressionAttributeValues })),
  );

  // There is no route that climbs; that is found out before the token is looked at.
  const every = [...reads, ...own].filter((call) => call !== climbing);
  for (const [what, bad] of Object.entries(falseTokens(cloud, anna, ben.token))) {
    const answers = await askFrom(page, cloud, bad, every);
    const taken = every.filter((_, index) => answers[index]?.status !== 401);
    expect(taken, what).toEqual([]);
    expect((await identityCall(cloud, 'GetId', bad, { IdentityPoolId: IDS.identityPoolId })).status, what).toBe(400);
  }
  expect(await everythingBut(cloud, ben.sub)).toEqual(before);
  expect(await storage.get(FILM)).toEqual(large);
});
