/**
 * The bucket of bodies in memory: with S3's manners towards a client, and with those of a BodyStore towards the
 * function. Who asks is looked up by the key and the session token; signatures are for the local cloud to check.
 */
import type { BodyStore } from '../function/ports.ts';
import { sha256 } from '../sha256.ts';
import type { Pools } from './pools.ts';

interface Body {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly time: number;
}

export interface MemoryBucket extends BodyStore {
  answer(request: Request): Promise<Response>;
  readonly keys: () => readonly string[];
  readonly bytes: (key: string) => Uint8Array<ArrayBuffer> | undefined;
}

function failure(status: number, code: string): Response {
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>no</Message></Error>`;
  return new Response(text, { status, headers: { 'Content-Type': 'application/xml' } });
}

const hexOf = (base64: string) =>
  Array.from(atob(base64), (char) => char.charCodeAt(0).toString(16).padStart(2, '0')).join('');

/** @param path the bucket's own, for example "/bodies-of-all" */
export function createBucket(path: string, pools: Pick<Pools, 'holder'>, now: () => number): MemoryBucket {
  const bodies = new Map<string, Body>();

  function put(key: string, request: Request, bytes: Uint8Array<ArrayBuffer>): Response {
    const hash = sha256(bytes);
    if (request.headers.get('x-amz-content-sha256') !== hash) return failure(400, 'XAmzContentSHA256Mismatch');
    if (hexOf(request.headers.get('x-amz-checksum-sha256') ?? '') !== hash) return failure(400, 'BadDigest');
    if (request.headers.get('If-None-Match') === '*' && bodies.has(key)) return failure(412, 'PreconditionFailed');
    bodies.set(key, { bytes, time: now() });
    return new Response(null);
  }

  function get(key: string, range: string | null): Response {
    const body = bodies.get(key);
    // Who may not list isn't told what is there and what isn't.
    if (!body) return failure(403, 'AccessDenied');
    const { bytes } = body;
    if (range === null) return new Response(bytes);
    const [, first = '', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? [];
    if (Number(first) >= bytes.length) return failure(416, 'InvalidRange');
    return new Response(bytes.slice(Number(first), last === '' ? bytes.length : Number(last) + 1), { status: 206 });
  }

  return {
    keys: () => [...bodies.keys()].sort(),
    bytes: (key) => bodies.get(key)?.bytes,
    async answer(request) {
      const key = decodeURIComponent(new URL(request.url).pathname).slice(path.length + 1);
      const [, accessKeyId = ''] = /Credential=([^/]+)\//.exec(request.headers.get('Authorization') ?? '') ?? [];
      const person = pools.holder(accessKeyId, request.headers.get('X-Amz-Security-Token') ?? '');
      if (person === undefined) return failure(403, 'InvalidAccessKeyId');
      if (person === 'expired') return failure(400, 'ExpiredToken');
      if (!key.startsWith(`bodies/${person.sub}/`)) return failure(403, 'AccessDenied');
      return request.method === 'PUT'
        ? put(key, request, new Uint8Array(await request.arrayBuffer()))
        : get(key, request.headers.get('Range'));
    },
    async head(key) {
      const body = bodies.get(key);
      return body && { size: body.bytes.length, sha256: sha256(body.bytes) };
    },
    async remove(keys) {
      for (const key of keys) bodies.delete(key);
    },
    async list(prefix, after = '') {
      const keys = [...bodies.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
      const page = keys.slice(0, 1000);
      return {
        bodies: page.map((key) => ({ key, time: bodies.get(key)?.time ?? 0 })),
        more: keys.length > page.length,
      };
    },
  };
}
