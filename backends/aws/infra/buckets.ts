/** Filling the site's bucket, and emptying buckets that are about to be deleted. */
import {
  DeleteObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { Place } from './account.ts';
import { outdated, type SiteFile, type Uploaded } from './site-files.ts';

/** S3 takes that many names in one request, and lists no more in one answer. */
const PAGE = 1000;

export interface Buckets {
  /** One after the other, in their order; then what no page needs any more is removed. */
  upload(bucket: string, files: readonly SiteFile[], now: number): Promise<void>;
  /** Removes every version of everything. */
  empty(bucket: string): Promise<void>;
}

/** @param client of the cloud's region */
export function openBuckets(client: S3Client): Buckets {
  const remove = async (bucket: string, objects: readonly { Key: string; VersionId?: string }[]) => {
    for (let from = 0; from < objects.length; from += PAGE) {
      const Delete = { Objects: objects.slice(from, from + PAGE), Quiet: true };
      const { Errors: errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete }));
      if (errors.length > 0)
        throw new Error(`${errors.length} objects of ${bucket} can’t be deleted: ${errors[0]?.Code}`);
    }
  };
  return {
    upload: async (bucket, files, now) => {
      for (const { name, bytes, contentType, cacheControl } of files) {
        const headers = { ContentType: contentType, CacheControl: cacheControl };
        await client.send(new PutObjectCommand({ Bucket: bucket, Key: name, Body: bytes, ...headers }));
      }
      const there = await list(client, bucket);
      await remove(
        bucket,
        outdated(there, files, now).map((Key) => ({ Key })),
      );
    },
    empty: async (bucket) => {
      let again = true;
      while (again) {
        // From the start each time, as what was listed is gone.
        const page = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, MaxKeys: PAGE }));
        const versions = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
        await remove(
          bucket,
          versions.map(({ Key = '', VersionId }) => ({ Key, ...(VersionId !== undefined && { VersionId }) })),
        );
        again = page.IsTruncated === true && versions.length > 0;
      }
    },
  };
}

export function openS3({ region }: Place): S3Client {
  return new S3Client({ region });
}

async function list(client: S3Client, bucket: string): Promise<readonly Uploaded[]> {
  const found: Uploaded[] = [];
  let from: string | undefined;
  do {
    const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, ContinuationToken: from }));
    for (const { Key: name = '', LastModified } of page.Contents ?? []) {
      found.push({ name, time: LastModified?.getTime() ?? Number.POSITIVE_INFINITY });
    }
    from = page.NextContinuationToken;
  } while (from !== undefined);
  return found;
}
