import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from 'vitest';
import { openBuckets } from './buckets.ts';
import { outdated, siteFiles } from './site-files.ts';

const DAY = 86_400_000;

function builtSite(): string {
  const dist = mkdtempSync(join(tmpdir(), 'satchel-site-'));
  mkdirSync(join(dist, 'assets'));
  const files = [
    'service-worker.js',
    'index.html',
    'config.json',
    'assets/index-abc.js',
    'before-paint.js',
    'icon.svg',
  ];
  for (const name of files) writeFileSync(join(dist, name), `the build’s ${name}`);
  return dist;
}

const config = { aws: { clientId: 'c', endpoints: { api: 'https://a.example' } } };

describe('the files of the site', () => {
  it('come in an order in which nothing names what isn’t there yet', async () => {
    const names = (await siteFiles(builtSite(), config)).map(({ name }) => name);
    expect(names).toEqual([
      'assets/index-abc.js',
      'before-paint.js',
      'icon.svg',
      'config.json',
      'index.html',
      'service-worker.js',
    ]);
  });

  it('are kept by browsers when their name tells their content, and asked for anew when not', async () => {
    const files = await siteFiles(builtSite(), config);
    const headers = Object.fromEntries(files.map((file) => [file.name, `${file.contentType} ${file.cacheControl}`]));
    expect(headers['assets/index-abc.js']).toBe('text/javascript; charset=utf-8 public, max-age=31536000, immutable');
    expect(headers['index.html']).toBe('text/html; charset=utf-8 no-cache');
    expect(headers['config.json']).toBe('application/json no-cache');
  });

  it('carry the deployed configuration in place of the build’s', async () => {
    const file = (await siteFiles(builtSite(), config)).find(({ name }) => name === 'config.json');
    expect(JSON.parse(Buffer.from(file?.bytes ?? []).toString())).toEqual(config);
  });

  it('are missed in words', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'satchel-site-'));
    await expect(siteFiles(empty, config)).rejects.toThrow(/no built app/);
  });

  it('of an earlier build go after a month, by when no page is open that asks for them', async () => {
    const files = await siteFiles(builtSite(), config);
    const there = [
      { name: 'assets/old.js', time: 0 },
      { name: 'assets/younger.js', time: 5 * DAY },
      { name: 'index.html', time: 0 },
    ];
    expect(outdated(there, files, 31 * DAY)).toEqual(['assets/old.js']);
  });
});

function versions(key: string, more: boolean): string {
  return (
    `<ListVersionsResult><IsTruncated>${String(more)}</IsTruncated><Version><Key>${key}</Key><VersionId>1</VersionId></Version>` +
    `<DeleteMarker><Key>${key}</Key><VersionId>2</VersionId></DeleteMarker></ListVersionsResult>`
  );
}

describe('the buckets', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });

  /** S3's side of the wire: notes what is asked, and answers by the address. */
  async function recording(answer: (request: string, count: number) => string) {
    const requests: string[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const url = new URL(request.url ?? '', 'http://127.0.0.1');
        const query = [...url.searchParams.keys()].filter((key) => key !== 'x-id').join(',');
        const keys = [
          ...Buffer.concat(chunks)
            .toString()
            .matchAll(/<Key>([^<]*)<\/Key>/g),
        ].map(([, key]) => key);
        const line = [`${request.method} ${url.pathname.replace(/\/$/, '')}`, query && `?${query}`, ...keys]
          .filter(Boolean)
          .join(' ');
        requests.push(line);
        response.setHeader('Content-Type', 'application/xml');
        response.end(answer(line, requests.length));
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = new S3Client({
      region: 'eu-central-1',
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    return { requests, buckets: openBuckets(client) };
  }

  it('are filled in order, and only then cleared of what is outdated', async () => {
    const list =
      '<ListBucketResult><Contents><Key>assets/old.js</Key><LastModified>2020-01-01T00:00:00.000Z</LastModified></Contents>' +
      '<Contents><Key>index.html</Key><LastModified>2020-01-01T00:00:00.000Z</LastModified></Contents></ListBucketResult>';
    const { requests, buckets } = await recording((line) => {
      if (line.includes('list-type')) return list;
      return line.startsWith('POST') ? '<DeleteResult/>' : '';
    });
    await buckets.upload('site', await siteFiles(builtSite(), config), Date.now());
    expect(requests).toEqual([
      'PUT /site/assets/index-abc.js',
      'PUT /site/before-paint.js',
      'PUT /site/icon.svg',
      'PUT /site/config.json',
      'PUT /site/index.html',
      'PUT /site/service-worker.js',
      'GET /site ?list-type',
      'POST /site ?delete assets/old.js',
    ]);
  });

  it('are emptied page by page, of every version and of every mark of a deletion', async () => {
    const { requests, buckets } = await recording((line, count) => {
      if (line.startsWith('POST')) return '<DeleteResult/>';
      return versions(count === 1 ? 'a' : 'b', count === 1);
    });
    await buckets.empty('bodies');
    expect(requests).toEqual([
      'GET /bodies ?max-keys,versions',
      'POST /bodies ?delete a a',
      'GET /bodies ?max-keys,versions',
      'POST /bodies ?delete b b',
    ]);
  });

  it('say so when something can’t be deleted', async () => {
    const { buckets } = await recording((line) =>
      line.startsWith('POST')
        ? '<DeleteResult><Error><Key>a</Key><Code>AccessDenied</Code></Error></DeleteResult>'
        : '<ListVersionsResult><IsTruncated>true</IsTruncated><Version><Key>a</Key><VersionId>1</VersionId></Version></ListVersionsResult>',
    );
    await expect(buckets.empty('bodies')).rejects.toThrow(/AccessDenied/);
  });
});
