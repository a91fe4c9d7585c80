import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { type AppConfig, appHandler } from './app-handler.ts';

const PAGE = '<!doctype html><title>Satchel</title>';
const SCRIPT = 'export const word = "satchel";'.repeat(50);

const folder = mkdtempSync(join(tmpdir(), 'satchel-dist-'));
const dist = join(folder, 'dist');
mkdirSync(join(dist, 'assets'), { recursive: true });
writeFileSync(join(dist, 'index.html'), PAGE);
writeFileSync(join(dist, 'service-worker.js'), '// worker');
writeFileSync(join(dist, 'config.json'), '{"from":"the build"}');
writeFileSync(join(dist, 'manifest.webmanifest'), '{}');
writeFileSync(join(dist, 'assets', 'index-abc123.js'), SCRIPT);
writeFileSync(join(folder, 'secret.txt'), 'secret');
writeFileSync(join(folder, 'dist-secret.txt'), 'secret');
afterAll(() => rmSync(folder, { recursive: true }));

const config: AppConfig = { dropbox: { clientId: 'id', endpoints: { api: 'https://stand-in.example' } } };

function get(path: string, { base = '/', headers = {}, method = 'GET' } = {}): Promise<Response> {
  return appHandler({ dist, base, config: () => config })(new Request(`http://x.example${path}`, { method, headers }));
}

describe('the app’s server', () => {
  it('gives the page at the base address, whatever a provider adds to it', async () => {
    for (const path of ['/', '/?code=1&state=2', '/index.html']) {
      const response = await get(path);
      expect(response.status).toBe(200);
      expect(response.headers.get('Content-Type')).toBe('text/html; charset=utf-8');
      expect(await response.text()).toBe(PAGE);
    }
  });

  it.each([
    ['/assets/index-abc123.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['/service-worker.js', 'text/javascript; charset=utf-8', 'no-cache'],
    ['/manifest.webmanifest', 'application/manifest+json', 'no-cache'],
    ['/config.json', 'application/json', 'no-cache'],
    ['/', 'text/html; charset=utf-8', 'no-cache'],
  ])('sends %s as %s, to be kept: %s', async (path, type, cache) => {
    const { headers } = await get(path);
    expect(headers.get('Content-Type')).toBe(type);
    expect(headers.get('Cache-Control')).toBe(cache);
  });

  it('sends the policy with everything, also with what it refuses', async () => {
    for (const path of ['/', '/assets/index-abc123.js', '/service-worker.js', '/nowhere']) {
      const { headers } = await get(path);
      expect(headers.get('Content-Security-Policy')).toContain("connect-src 'self' https://stand-in.example");
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
      expect(headers.get('Referrer-Policy')).toBe('no-referrer');
      expect(headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin');
    }
  });

  it('serves the configuration that it was given, not the one in the build', async () => {
    expect(await (await get('/config.json')).json()).toEqual(config);
  });

  it('serves under a path, and leads there without its slash', async () => {
    const base = '/some/path/';
    expect(await (await get('/some/path/', { base })).text()).toBe(PAGE);
    expect((await get('/some/path/assets/index-abc123.js', { base })).status).toBe(200);
    const bare = await get('/some/path?code=1', { base });
    expect(bare.status).toBe(308);
    expect(bare.headers.get('Location')).toBe('/some/path/?code=1');
    expect((await get('/', { base })).status).toBe(404);
    expect((await get('/assets/index-abc123.js', { base })).status).toBe(404);
  });

  it('has nothing outside the folder of the build', async () => {
    const ways = [
      '../secret.txt',
      '%2e%2e/secret.txt',
      '..%2fsecret.txt',
      '%2e%2e%2fdist-secret.txt',
      'assets/..%2f..%2fsecret.txt',
    ];
    for (const way of ways) expect((await get(`/${way}`)).status).toBe(404);
  });

  it.each(['/nowhere', '/assets', '/assets/', '/index.html/x', '/%00', '/%E0%A4%A', `/${'x'.repeat(5000)}`])(
    'has nothing at %s',
    async (path) => {
      expect((await get(path)).status).toBe(404);
    },
  );

  it('compresses for those who take it, and says so', async () => {
    const brotli = await get('/assets/index-abc123.js', { headers: { 'Accept-Encoding': 'gzip, deflate, br;q=0.9' } });
    expect(brotli.headers.get('Content-Encoding')).toBe('br');
    expect(brotli.headers.get('Vary')).toBe('Accept-Encoding');
    expect(brotliDecompressSync(Buffer.from(await brotli.arrayBuffer())).toString()).toBe(SCRIPT);
    const gzip = await get('/assets/index-abc123.js', { headers: { 'Accept-Encoding': 'gzip, br;q=0' } });
    expect(gzip.headers.get('Content-Encoding')).toBe('gzip');
    expect(gunzipSync(Buffer.from(await gzip.arrayBuffer())).toString()).toBe(SCRIPT);
    const plain = await get('/assets/index-abc123.js');
    expect(plain.headers.get('Content-Encoding')).toBeNull();
    expect(await plain.text()).toBe(SCRIPT);
  });

  it('answers HEAD without a body, and refuses what would change something', async () => {
    const head = await get('/', { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(await head.text()).toBe('');
    for (const method of ['POST', 'PUT', 'DELETE']) expect((await get('/', { method })).status).toBe(405);
  });
});
