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
  await owner.send(new PutObjectCommand({ Bucket, Key: 'plain', Body: 'body' }));
});
afterAll(() => services.close());

const bytesAt = async (client: S3Client, Key: string) => {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
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
  it('may be empty, and have names of any letters', async () => {
    const Key = 'a+b c/ü?&=%25/..//x';
    await owner.send(new PutObjectCommand({ Bucket, Key, Body: '' }));
    expect(await bytesAt(owner, Key)).toHaveLength(0);
    const { Contents } = await owner.send(new ListObjectsV2Command({ Bucket, Prefix: 'a+b c/ü' }));
    expect(Contents?.map((object) => object.Key)).toEqual([Key]);
  });

  it('are listed as they are now, whatever came and went since the first listing', async () => {
    const names = async () => {
      const { Contents } = await owner.send(new ListObjectsV2Command({ Bucket, Prefix: 'list/' }));
      return (Contents ?? []).map(({ Key }) => Key);
    };
    const add = (name: string) => owner.send(new PutObjectCommand({ Bucket, Key: `list/${name}`, Body: name }));
    await add('b');
    expect(await names()).toEqual(['list/b']);
    await add('a');
    await owner.send(new DeleteObjectCommand({ Bucket, Key: 'list/b' }));
    expect(await names()).toEqual(['list/a']);
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

  it('in an address lets whoever has it put a body', async () => {
    const put = await getSignedUrl(owner, new PutObjectCommand({ Bucket, Key: 'signed' }), { expiresIn: 60 });
    expect((await fetch(put, { method: 'PUT', body: 'by address' })).status).toBe(200);
    expect((await bytesAt(owner, 'signed')).toString()).toBe('by address');
    expect((await fetch(put)).status).toBe(403);
  });

  it('by a clock that is far off is answered with the time', async () => {
    const late = s3For(services, services.credentials.ownerKey);
    late.config.systemClockOffset = -16 * 60_000;
    expect(await refusal(bytesAt(late, 'plain'))).toBe('403 RequestTimeTooSkewed');
    // Amazon's own client has learnt the time from the answer's Date.
    expect((await bytesAt(late, 'plain')).toString()).toBe('body');
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
  expect(await refusal(client.send(new GetObjectCommand({ Bucket, Key: 'plain' })))).toBe('403 AccessDenied');
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
