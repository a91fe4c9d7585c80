/** ListObjectsV2. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
import { BucketFailure, escapeXml, XML } from './failure.ts';
import type { StoredObject } from './files.ts';

const MOST = 1000;

/**
 * @param objects in the order of their keys
 * @throws {BucketFailure} InvalidArgument
 */
export function listing(bucket: string, objects: readonly StoredObject[], parameters: URLSearchParams): string {
  const prefix = parameters.get('prefix') ?? '';
  const token = parameters.get('continuation-token');
  const after = token === null ? (parameters.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString();
  const wanted = Number(parameters.get('max-keys') ?? MOST);
  if (!Number.isInteger(wanted) || wanted < 0) throw new BucketFailure('InvalidArgument');
  const count = Math.min(wanted, MOST);
  const left = objects.filter(({ key }) => key.startsWith(prefix) && key > after);
  const page = left.slice(0, count);
  const last = page.at(-1);
  const next = last && left.length > count ? Buffer.from(last.key).toString('base64url') : undefined;
  return [
    `${XML}<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`,
    element('Name', bucket),
    element('Prefix', prefix),
    element('KeyCount', page.length),
    element('MaxKeys', count),
    element('IsTruncated', next !== undefined),
    next === undefined ? '' : element('NextContinuationToken', next),
    ...page.map(contents),
    '</ListBucketResult>',
  ].join('');
}

function contents({ key, modified, etag, size }: StoredObject): string {
  const parts = [
    element('Key', key),
    element('LastModified', new Date(modified).toISOString()),
    element('ETag', etag),
    element('Size', size),
    element('StorageClass', 'STANDARD'),
  ];
  return `<Contents>${parts.join('')}</Contents>`;
}

function element(name: string, value: string | number | boolean): string {
  return `<${name}>${escapeXml(String(value))}</${name}>`;
}
