/** Answers requests for the built app: a function from Request to Response, for any host that speaks those. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { ProviderConfig } from '../backends/provider.ts';
import { contentSecurityPolicy } from '../src/content-security-policy.ts';

/** What `config.json` holds: each provider by its kind. */
export type AppConfig = Readonly<Record<string, ProviderConfig>>;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
};
const COMPRESSIBLE = new Set(['.html', '.js', '.css', '.json', '.webmanifest', '.svg', '.txt', '.wasm']);

export interface AppHandlerOptions {
  /** The folder that `vite build` wrote. */
  readonly dist: string;
  /** Read at every request, so that it may change while the server runs. */
  readonly config: () => AppConfig;
  /** Where the app lives; begins and ends with a slash. */
  readonly base: string;
}

export function appHandler({ dist, config, base }: AppHandlerOptions): (request: Request) => Promise<Response> {
  const compressed = compressor();
  return async (request) => {
    const headers = securityHeaders(config());
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return new Response('Only GET and HEAD.', { status: 405, headers: { ...headers, Allow: 'GET, HEAD' } });
    }
    const { pathname, search } = new URL(request.url);
    if (`${pathname}/` === base) {
      return new Response(null, { status: 308, headers: { ...headers, Location: base + search } });
    }
    const file = pathname.startsWith(base) ? filePath(dist, pathname.slice(base.length)) : undefined;
    const bytes = file?.name === 'config.json' ? Buffer.from(JSON.stringify(config())) : await read(file?.path);
    if (!file || !bytes) return new Response('Not found.', { status: 404, headers });

    const extension = extname(file.path);
    const { body, encoding } = COMPRESSIBLE.has(extension)
      ? await compressed(bytes, request.headers.get('Accept-Encoding') ?? '')
      : { body: bytes, encoding: undefined };
    return new Response(request.method === 'HEAD' ? null : new Uint8Array(body), {
      headers: {
        ...headers,
        'Content-Type': contentType(file.name),
        'Content-Length': String(body.byteLength),
        'Cache-Control': cacheControl(file.name),
        ...(COMPRESSIBLE.has(extension) && { Vary: 'Accept-Encoding' }),
        ...(encoding && { 'Content-Encoding': encoding }),
      },
    });
  };
}

/** Sent with every answer, scripts too: a worker takes its policy from the script that it was started from. */
export function securityHeaders(config: AppConfig): Record<string, string> {
  return {
    'Content-Security-Policy': contentSecurityPolicy(config),
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  };
}

export function contentType(name: string): string {
  return CONTENT_TYPES[extname(name)] ?? 'application/octet-stream';
}

/** The build puts a hash into the name of every file under assets/; all others keep their names. */
export function cacheControl(name: string): string {
  return name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
}

/** The file that an address below the base stands for; undefined when it points out of the folder. */
function filePath(dist: string, address: string): { name: string; path: string } | undefined {
  let name: string;
  try {
    name = decodeURIComponent(address) || 'index.html';
  } catch {
    return undefined;
  }
  const folder = resolve(dist);
  const path = join(folder, name);
  return path.startsWith(folder + sep) && !name.includes('\0') ? { name, path } : undefined;
}

async function read(path: string | undefined): Promise<Buffer | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return undefined;
    throw error;
  }
}

/** Compresses with what the client takes, and keeps the outcome: the build has few files and they hardly change. */
function compressor() {
  const kept = new Map<string, Buffer>();
  return async (bytes: Buffer, accepted: string): Promise<{ body: Buffer; encoding: string | undefined }> => {
    const encoding = preferredEncoding(accepted);
    if (encoding === undefined) return { body: bytes, encoding };
    const key = `${encoding} ${createHash('sha256').update(bytes).digest('hex')}`;
    const body = kept.get(key) ?? (encoding === 'br' ? await brotli(bytes) : await promisify(gzip)(bytes));
    kept.set(key, body);
    return { body, encoding };
  };
}

function preferredEncoding(accepted: string): 'br' | 'gzip' | undefined {
  const parts = accepted.split(',').map((part) => part.replaceAll(' ', ''));
  const taken = new Set(parts.filter((part) => !/;q=0(\.0*)?$/.test(part)).map((part) => part.split(';')[0]));
  return (['br', 'gzip'] as const).find((name) => taken.has(name));
}

function brotli(bytes: Buffer): Promise<Buffer> {
  return promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
}
