/** The store of large bodies in S3. */

import { DeleteObjectCommand, HeadObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { eachOf } from '../at-once.ts';
import type { BodyStore } from '../ports.ts';

export function s3Bodies(client: Pick<S3Client, 'send'>, bucket: string): BodyStore {
  return {
    head: async (key) => {
      try {
        const head = new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' });
        const { ContentLength: size = 0, ChecksumSHA256: sha256 } = await client.send(head);
        return sha256 === undefined ? { size } : { size, sha256: Buffer.from(sha256, 'base64').toString('hex') };
      } catch (error) {
        // A HEAD has no body to say more in; without the right to list the bucket it would be 403.
        if (error instanceof Error && error.name === 'NotFound') return undefined;
        throw error;
      }
    },
    // One by one: S3 doesn't charge for it, and the call for many has its failures inside a success.
    remove: async (keys) => {
      await eachOf(keys, (key) => client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })));
    },
    list: async (prefix, after) => {
      const answer = await client.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          ...(after === undefined ? {} : { StartAfter: after }),
        }),
      );
      const bodies = (answer.Contents ?? []).map(({ Key = '', LastModified }) => ({
        key: Key,
        // Without its time a body counts as new, and stays.
        time: LastModified?.getTime() ?? Infinity,
      }));
      return { bodies, more: answer.IsTruncated ?? false };
    },
  };
}
