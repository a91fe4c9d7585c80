import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccessKey } from '../credentials.ts';
import { IDS, type Services } from '../services.ts';
import { s3For, startTestServices } from '../test-services.ts';

const Bucket = IDS.bucket;
const SUB = '0b6c5d9e-1111-4aaa-8bbb-000000000001';
const OTHER = '0b6c5d9e-2222-4aaa-8bbb-000000000002';
const KEY = `bodies/${SUB}/body`;
const HOUR = 3_600_000;

let services: Services;
let owner: S3Client;
let time = Date.now();

beforeAll(async () => {
  services = await startTestServices(() => time);
  owner = s3For(services, services.credentials.ownerKey);
});
afterAll(() => services.close());

const bytesAt = async (client: S3Client, Key: string, Range?: string) => {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, ...(Range && { Range }) }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
};

/** The refusal's code and status. */
const refusal = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
    return 'not refused';
  } catch (error) {
    const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
    return `${$metadata?.httpStatusCode} ${name}`;
  }
};

const person = (sub: string, key: Partial<AccessKey> = {}) =>
  s3For(services, { ...services.credentials.temporary(sub, HOUR), ...key });

describe('objects', () => {
  it('are put and fetched whole, in part, and not at all', async () => {
    const body = randomBytes(100_000);
    const { ETag } = await owner.send(new PutObjectCommand({ Bucket, Key: 'whole', Body: body, ContentType: 'x/y' }));
    expect(ETag).toBe(`"${createHash('md5').update(body).digest('hex')}"`);
    expect((await bytesAt(owner, 'whole')).equals(body)).toBe(true);
    expect((await bytesAt(owner, 'whole', 'bytes=10-19')).equals(body.subarray(10, 20))).toBe(true);
    expect((await bytesAt(owner, 'whole', 'bytes=99990-')).equals(body.subarray(99_990))).toBe(true);
    expect((await bytesAt(owner, 'whole', 'bytes=-7')).equals(body.subarray(-7))).toBe(true);
    expect(await refusal(bytesAt(owner, 'whole', 'bytes=100000-'))).toBe('416 InvalidRange');
    const head = await owner.send(new HeadObjectCommand({ Bucket, Key: 'whole' }));
    expect(head).toMatchObject({ ContentLength: 100_000, ContentType: 'x/y', ETag });
    await owner.send(new DeleteObjectCommand({ Bucket, Key: 'whole' }));
    expect(await refusal(bytesAt(owner, 'whole'))).toBe('404 NoSuchKey');
    expect(await refusal(owner.send(new HeadObjectCommand({ Bucket, Key: 'whole' })))).toBe('404 NotFound');
    expect(await refusal(owner.send(new DeleteObjectCommand({ Bucket, Key: 'whole' })))).toBe('not refused');
  });

  it('come out of a stream as they went in, without the framing around it', async () => {
    const body = randomBytes(200_000);
    const Body = Readable.from([body.subarray(0, 70_000), body.subarray(70_000)]);
    await owner.send(new PutObjectCommand({ Bucket, Key: 'stream', Body, ContentLength: body.length }));
    expect((await bytesAt(owner, 'stream')).equals(body)).toBe(true);
  });

  it('may be empty, and have names of any letters', async () => {
    const Key = 'a+b c/ü?&=%25/..//x';
    await owner.send(new PutObjectCommand({ Bucket, Key, Body: '' }));
    expect(await bytesAt(owner, Key)).toHaveLength(0);
    const { Contents } = await owner.send(new ListObjectsV2Command({ Bucket, Prefix: 'a+b c/ü' }));
    expect(Contents?.map((object) => object.Key)).toEqual([Key]);
  });

  it('tell the checksum that they came with', async () => {
    const ChecksumSHA256 = createHash('sha256').update('body').digest('base64');
    await owner.send(new PutObjectCommand({ Bucket, Key: 'sum', Body: 'body', ChecksumSHA256 }));
    const head = () => owner.send(new HeadObjectCommand({ Bucket, Key: 'sum', ChecksumMode: 'ENABLED' }));
    expect((await head()).ChecksumSHA256).toBe(ChecksumSHA256);
    const wrong = new PutObjectCommand({ Bucket, Key: 'sum', Body: 'other', ChecksumSHA256 });
    expect(await refusal(owner.send(wrong))).toBe('400 BadDigest');
    expect((await head()).ContentLength).toBe(4);
  });

  it('are not written over with If-None-Match, and the first of many wins', async () => {
    const putOnce = (Body: string) =>
      owner.send(new PutObjectCommand({ Bucket, Key: 'once', Body, IfNoneMatch: '*' })).then(
        () => Body,
        () => undefined,
      );
    const won = (await Promise.all(['a', 'b', 'c', 'd'].map(putOnce))).filter((body) => body !== undefined);
    expect(won).toHaveLength(1);
    expect((await bytesAt(owner, 'once')).toString()).toBe(won[0]);
    const late = new PutObjectCommand({ Bucket, Key: 'once', Body: 'e', IfNoneMatch: '*' });
    expect(await refusal(owner.send(late))).toBe('412 PreconditionFailed');
  });

  it('are listed in order, page by page', async () => {
    for (const name of ['c', 'a', 'b', 'd', 'e']) {
      await owner.send(new PutObjectCommand({ Bucket, Key: `list/${name}`, Body: name }));
    }
    const page = (ContinuationToken?: string) =>
      owner.send(new ListObjectsV2Command({ Bucket, Prefix: 'list/', MaxKeys: 2, ContinuationToken }));
    const first = await page();
    expect(first.Contents?.map(({ Key, Size }) => [Key, Size])).toEqual([
      ['list/a', 1],
      ['list/b', 1],
    ]);
    const second = await page(first.NextContinuationToken);
    const third = await page(second.NextContinuationToken);
    expect([...(second.Contents ?? []), ...(third.Contents ?? [])].map(({ Key }) => Key)).toEqual([
      'list/c',
      'list/d',
      'list/e',
    ]);
    expect(third.IsTruncated).toBe(false);
    await owner.send(new DeleteObjectCommand({ Bucket, Key: 'list/a' }));
    expect((await page()).Contents?.[0]?.Key).toBe('list/b');
  });
});

describe('a signature', () => {
  it('is refused when it was made with another secret, or by nobody known', async () => {
    const wrong = s3For(services, { ...services.credentials.ownerKey, secretAccessKey: 'x'.repeat(40) });
    expect(await refusal(bytesAt(wrong, 'whole'))).toBe('403 SignatureDoesNotMatch');
    const unknown = s3For(services, { accessKeyId: 'AKIAAAAAAAAAAAAAAAAA', secretAccessKey: 'x'.repeat(40) });
    expect(await refusal(bytesAt(unknown, 'whole'))).toBe('403 InvalidAccessKeyId');
    const { endpoints } = services;
    expect((await fetch(`${endpoints.bodies}/${Bucket}/once`)).status).toBe(403);
  });

  it('in an address lets whoever has it in, for that call and that long', async () => {
    const url = await getSignedUrl(owner, new GetObjectCommand({ Bucket, Key: 'sum' }), { expiresIn: 60 });
    expect(await (await fetch(url)).text()).toBe('body');
    expect((await fetch(url.replace('/sum?', '/once?'))).status).toBe(403);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(403);
    const signingDate = new Date(Date.now() - 61_000);
    const old = await getSignedUrl(owner, new GetObjectCommand({ Bucket, Key: 'sum' }), { expiresIn: 60, signingDate });
    expect(await (await fetch(old)).text()).toContain('<Message>Request has expired</Message>');
    const put = await getSignedUrl(owner, new PutObjectCommand({ Bucket, Key: 'signed' }), { expiresIn: 60 });
    expect((await fetch(put, { method: 'PUT', body: 'by address' })).status).toBe(200);
    expect((await bytesAt(owner, 'signed')).toString()).toBe('by address');
  });

  it('by a clock that is far off is answered with the time', async () => {
    const late = s3For(services, services.credentials.ownerKey);
    late.config.systemClockOffset = -16 * 60_000;
    expect(await refusal(bytesAt(late, 'sum'))).toBe('403 RequestTimeTooSkewed');
    // Amazon's own client has learnt the time from the answer's Date.
    expect((await bytesAt(late, 'sum')).toString()).toBe('body');
  });
});

const put = (client: S3Client, Key: string, IfNoneMatch?: string) =>
  refusal(client.send(new PutObjectCommand({ Bucket, Key, Body: 'x', ...(IfNoneMatch && { IfNoneMatch }) })));

describe('a person’s temporary credentials', () => {
  it('reach their own bodies, which they can’t write over, and nothing else', async () => {
    const client = person(SUB);
    expect(await put(client, KEY, '*')).toBe('not refused');
    expect((await bytesAt(client, KEY)).toString()).toBe('x');
    expect(await put(client, KEY)).toBe('403 AccessDenied');
    expect(await put(client, `bodies/${OTHER}/body`, '*')).toBe('403 AccessDenied');
    expect(await put(client, `bodies/${SUB}`, '*')).toBe('403 AccessDenied');
    expect(await put(client, `bodies/${SUB}/../${OTHER}/body`, '*')).toBe('not refused');
    expect(await refusal(bytesAt(owner, `bodies/${OTHER}/body`))).toBe('404 NoSuchKey');
    expect(await refusal(bytesAt(person(OTHER), KEY))).toBe('403 AccessDenied');
    expect(await refusal(bytesAt(client, `bodies/${SUB}/none`))).toBe('403 AccessDenied');
    expect(await refusal(client.send(new DeleteObjectCommand({ Bucket, Key: KEY })))).toBe('403 AccessDenied');
    const list = new ListObjectsV2Command({ Bucket, Prefix: `bodies/${SUB}/` });
    expect(await refusal(client.send(list))).toBe('403 AccessDenied');
    expect(await refusal(client.send(new GetObjectCommand({ Bucket: 'other', Key: KEY })))).toBe('403 AccessDenied');
  });

  it('are no good with another’s token, without it, or after they have expired', async () => {
    const other = services.credentials.temporary(OTHER, HOUR);
    const swapped = person(SUB, { accessKeyId: other.accessKeyId, secretAccessKey: other.secretAccessKey });
    expect(await refusal(bytesAt(swapped, `bodies/${OTHER}/body`))).toBe('400 InvalidToken');
    const { accessKeyId, secretAccessKey } = services.credentials.temporary(SUB, HOUR);
    expect(await refusal(bytesAt(s3For(services, { accessKeyId, secretAccessKey }), KEY))).toBe('400 InvalidToken');
    const old = person(SUB);
    time += HOUR;
    expect(await refusal(bytesAt(old, KEY))).toBe('400 ExpiredToken');
    const ended = person(SUB);
    services.credentials.expireAll();
    expect(await refusal(bytesAt(ended, KEY))).toBe('400 ExpiredToken');
    expect((await bytesAt(person(SUB), KEY)).toString()).toBe('x');
  });
});

it('lets the function look at bodies and remove them, and put none', async () => {
  const client = s3For(services, services.credentials.functionKey);
  expect(await refusal(client.send(new PutObjectCommand({ Bucket, Key: KEY, Body: 'y' })))).toBe('403 AccessDenied');
  expect(await refusal(client.send(new GetObjectCommand({ Bucket, Key: 'sum' })))).toBe('403 AccessDenied');
  const { Contents } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: `bodies/${SUB}/body` }));
  expect(Contents).toHaveLength(1);
  await client.send(new DeleteObjectCommand({ Bucket, Key: KEY }));
  expect(await refusal(client.send(new HeadObjectCommand({ Bucket, Key: KEY })))).toBe('404 NotFound');
});

it('says that it doesn’t know what it doesn’t know', async () => {
  const command = new CreateMultipartUploadCommand({ Bucket, Key: 'large' });
  expect(await refusal(owner.send(command))).toBe('501 NotImplemented');
});

it('tells a browser what it may ask and read', async () => {
  const response = await fetch(`${services.endpoints.bodies}/${Bucket}/${KEY}`, {
    method: 'OPTIONS',
    headers: {
      Origin: 'http://localhost:4173',
      'Access-Control-Request-Method': 'PUT',
      'Access-Control-Request-Headers': 'authorization,if-none-match,x-amz-checksum-sha256',
    },
  });
  expect(response.headers.get('Access-Control-Allow-Methods')).toContain('PUT');
  expect(response.headers.get('Access-Control-Allow-Headers')).toContain('if-none-match');
});
