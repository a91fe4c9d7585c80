import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildFunction } from '../../function/build.ts';
import { type LocalCloud, startLocalCloud } from '../cloud.ts';
import { IDS } from '../services.ts';
import { setPassword } from '../user-pool/pool.ts';
import { dynamoDbFor, s3For } from '../test-services.ts';
import { bucketContract } from './bucket.ts';
import { cloudContract, type CloudSubject, openCloud } from './cloud.ts';
import { tableContract, type TableSubject, makeTable, removeTable } from './table.ts';

const BUILT = `.cache/function-for-contract-${process.pid}`;
const PASSWORD = 'a password for the cloud';

const named = <T extends { title: string }>(checks: readonly T[]) =>
  checks.map((check) => [check.title, check] as const);

let cloud: LocalCloud;

beforeAll(async () => {
  cloud = await startLocalCloud({ bundle: await buildFunction(BUILT) });
});
afterAll(async () => {
  await cloud.close();
  await rm(BUILT, { recursive: true });
});

describe('DynamoDB, which is dynalite here', () => {
  let subject: TableSubject;
  beforeAll(async () => {
    const { services } = cloud;
    subject = await makeTable(dynamoDbFor(services, services.credentials.ownerKey));
  });
  afterAll(() => removeTable(subject));
  it.each(named(tableContract))('%s', async (_, { run }) => {
    await expect(run(subject)).resolves.toBeUndefined();
  });
});

describe('S3', () => {
  it.each(named(bucketContract))('%s', async (_, { run }) => {
    const { services } = cloud;
    const client = s3For(services, services.credentials.ownerKey);
    await expect(run({ client, Bucket: IDS.bucket, prefix: 'contract/' })).resolves.toBeUndefined();
  });
});

describe('the cloud', () => {
  let subject: CloudSubject;
  beforeAll(async () => {
    const email = 'person@example.org';
    const { pool } = cloud.services;
    const { sub } = cloud.invite(email);
    const person = pool.state.value.people[sub];
    if (!person) throw new Error('nobody was invited');
    setPassword(pool, person, PASSWORD).status = 'CONFIRMED';
    subject = await openCloud(cloud.endpoints.api, email, PASSWORD, pool.tokens.jwks);
  });
  it.each(named(cloudContract))('%s', async (_, { run }) => {
    await expect(run(subject)).resolves.toBeUndefined();
  });
});
