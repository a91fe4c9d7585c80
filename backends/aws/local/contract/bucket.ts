/** What the function and the clients rely on of S3, under a prefix of these checks' own. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { answers, type ContractCheck, refuses } from './check.ts';

export interface BucketSubject {
  /** May do all in the bucket. */
  readonly client: S3Client;
  readonly Bucket: string;
  /** Ends with a slash. */
  readonly prefix: string;
}

/** Removes what the checks made. */
export async function emptyPrefix({ client, Bucket, prefix }: BucketSubject): Promise<void> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: prefix }));
  for (const { Key } of Contents) await client.send(new DeleteObjectCommand({ Bucket, Key }));
}

const put = (
  { client, Bucket, prefix }: BucketSubject,
  name: string,
  Body: NonNullable<PutObjectCommandInput['Body']>,
  more: Pick<PutObjectCommandInput, 'ChecksumSHA256' | 'ContentLength' | 'ContentType' | 'IfNoneMatch'> = {},
) => client.send(new PutObjectCommand({ Bucket, Key: prefix + name, Body, ...more }));

const read = async ({ client, Bucket, prefix }: BucketSubject, name: string, Range?: string): Promise<Buffer> => {
  const command = new GetObjectCommand({ Bucket, Key: prefix + name, ...(Range && { Range }) });
  return Buffer.from((await (await client.send(command)).Body?.transformToByteArray()) ?? []);
};

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('base64');

export const bucketContract: readonly ContractCheck<BucketSubject>[] = [
  {
    title: 'a body is put and fetched whole and in part',
    async run(subject) {
      const body = randomBytes(100_000);
      const { ETag } = await put(subject, 'whole', body, { ContentType: 'application/x-body' });
      assert.equal(ETag, `"${createHash('md5').update(body).digest('hex')}"`);
      assert.ok((await read(subject, 'whole')).equals(body));
      assert.ok((await read(subject, 'whole', 'bytes=10-19')).equals(body.subarray(10, 20)));
      assert.ok((await read(subject, 'whole', 'bytes=99990-')).equals(body.subarray(99_990)));
      assert.ok((await read(subject, 'whole', 'bytes=99990-200000')).equals(body.subarray(99_990)));
      assert.ok((await read(subject, 'whole', 'bytes=-7')).equals(body.subarray(-7)));
      await refuses('InvalidRange', read(subject, 'whole', 'bytes=100000-'));
      const { client, Bucket, prefix } = subject;
      const head = await client.send(new HeadObjectCommand({ Bucket, Key: `${prefix}whole` }));
      assert.deepEqual([head.ContentLength, head.ContentType, head.ETag], [100_000, 'application/x-body', ETag]);
    },
  },
  {
    title: 'what comes as a stream is kept without the framing around it',
    async run(subject) {
      const body = randomBytes(200_000);
      const stream = Readable.from([body.subarray(0, 70_000), body.subarray(70_000)]);
      await put(subject, 'stream', stream, { ContentLength: body.length });
      assert.ok((await read(subject, 'stream')).equals(body));
    },
  },
  {
    title: 'the SHA-256 that came with a body is told, and a wrong one refused',
    async run(subject) {
      const body = randomBytes(1000);
      await put(subject, 'sum', body, { ChecksumSHA256: sha256(body) });
      const { client, Bucket, prefix } = subject;
      const head = new HeadObjectCommand({ Bucket, Key: `${prefix}sum`, ChecksumMode: 'ENABLED' });
      assert.equal((await client.send(head)).ChecksumSHA256, sha256(body));
      await refuses('BadDigest', put(subject, 'sum', randomBytes(1000), { ChecksumSHA256: sha256(body) }));
      assert.ok((await read(subject, 'sum')).equals(body));
    },
  },
  {
    title: 'with If-None-Match a body is put once',
    async run(subject) {
      const bodies = ['a', 'b', 'c'].map((letter) => Buffer.from(letter));
      const puts = await Promise.allSettled(bodies.map((body) => put(subject, 'once', body, { IfNoneMatch: '*' })));
      const won = bodies.filter((_, index) => puts[index]?.status === 'fulfilled');
      assert.equal(won.length, 1);
      assert.deepEqual(await read(subject, 'once'), won[0]);
      await refuses('PreconditionFailed', put(subject, 'once', 'd', { IfNoneMatch: '*' }));
    },
  },
  {
    title: 'what isn’t there is NoSuchKey, NotFound without a body, and nothing to remove',
    async run(subject) {
      const { client, Bucket, prefix } = subject;
      const Key = `${prefix}none`;
      await refuses('NoSuchKey', read(subject, 'none'));
      await refuses('NotFound', client.send(new HeadObjectCommand({ Bucket, Key })));
      await client.send(new DeleteObjectCommand({ Bucket, Key }));
    },
  },
  {
    title: 'keys are listed in order, page by page and after a key',
    async run(subject) {
      for (const name of ['c', 'a', 'b', 'd', 'e']) await put(subject, `list/${name}`, name);
      const { client, Bucket, prefix } = subject;
      const page = (more: Readonly<Record<string, string | number>>) =>
        client.send(new ListObjectsV2Command({ Bucket, Prefix: `${prefix}list/`, ...more }));
      const names = ({ Contents = [] }: Awaited<ReturnType<typeof page>>) =>
        Contents.map(({ Key = '' }) => Key.at(-1)).join('');
      const first = await page({ MaxKeys: 2 });
      assert.deepEqual([names(first), first.IsTruncated], ['ab', true]);
      const second = await page({ ContinuationToken: first.NextContinuationToken ?? '' });
      assert.deepEqual([names(second), second.IsTruncated], ['cde', false]);
      assert.equal(names(await page({ StartAfter: `${prefix}list/c` })), 'de');
    },
  },
  {
    title: 'a signed address is good for its one call and for its time',
    async run(subject) {
      await put(subject, 'signed', 'body');
      const { client, Bucket, prefix } = subject;
      const command = new GetObjectCommand({ Bucket, Key: `${prefix}signed` });
      const url = await getSignedUrl(client, command, { expiresIn: 60 });
      assert.equal(await answers(200, fetch(url)), 'body');
      await answers(403, fetch(url, { method: 'DELETE' }));
      await answers(403, fetch(url.replace('signed?', 'once?')));
      const signingDate = new Date(Date.now() - 61_000);
      const old = await getSignedUrl(client, command, { expiresIn: 60, signingDate });
      assert.match(await answers(403, fetch(old)), /Request has expired/);
      await answers(403, fetch(url.split('?')[0] ?? ''));
    },
  },
];
