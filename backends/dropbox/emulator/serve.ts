/** Puts the stand-in on a port of this computer: a thin Node host around a core that knows no Node. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { control } from './control.ts';
import type { DropboxEmulator, DropboxEmulatorOptions } from './emulator.ts';
import { createDropboxEmulator, dropboxEndpoints } from './emulator.ts';
import { ConnectionDropped } from './failures.ts';
import { openFolder } from './folder.ts';

export interface ServeOptions extends DropboxEmulatorOptions {
  /** Absent or 0: a free one. */
  readonly port?: number;
  /** Absent: loopback. On any other address the control path is not served. */
  readonly host?: string;
  /** Where to keep files and tokens between runs. Absent: nowhere. */
  readonly folder?: string;
}

export interface ServedEmulator {
  /** Without a slash at its end. */
  readonly url: string;
  /** For a provider's `endpoints` in `config.json`. */
  readonly endpoints: Readonly<Record<'authorize' | 'api' | 'content' | 'notify', string>>;
  readonly emulator: DropboxEmulator;
  close(): Promise<void>;
}

/** `append_batch` carries the arguments of up to 1000 entries in one header; Node's own limit is 16 KB. */
const MAX_HEADER_BYTES = 512 * 1024;
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '::1']);

async function readBody(message: IncomingMessage): Promise<Uint8Array<ArrayBuffer> | null> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? null : new Uint8Array(Buffer.concat(chunks));
}

function toRequest(message: IncomingMessage, base: string, body: Uint8Array<ArrayBuffer> | null, signal: AbortSignal) {
  const headers = new Headers();
  for (let index = 0; index < message.rawHeaders.length; index += 2)
    headers.append(message.rawHeaders[index] ?? '', message.rawHeaders[index + 1] ?? '');
  const method = message.method ?? 'GET';
  return new Request(new URL(message.url ?? '/', base), {
    method,
    headers,
    signal,
    body: method === 'GET' ? null : body,
  });
}

async function send(response: Response, answer: ServerResponse): Promise<void> {
  answer.writeHead(response.status, [...response.headers].flat());
  if (response.body)
    for await (const chunk of response.body) {
      // Each chunk is flushed before the next, so that a body that breaks off has sent what came before.
      await new Promise<void>((resolve, reject) => {
        answer.write(chunk, (error) => (error ? reject(error) : resolve()));
      });
    }
  answer.end();
}

export async function serveDropboxEmulator(options: ServeOptions = {}): Promise<ServedEmulator> {
  const host = options.host ?? '127.0.0.1';
  const emulator = createDropboxEmulator(options);
  const folder = options.folder === undefined ? undefined : await openFolder(options.folder, emulator);
  const controllable = LOOPBACK.has(host);
  let url = '';

  async function handle(message: IncomingMessage, answer: ServerResponse): Promise<void> {
    const gone = new AbortController();
    answer.on('close', () => gone.abort());
    try {
      const request = toRequest(message, url, await readBody(message), gone.signal);
      const path = new URL(request.url).pathname;
      const isControl = controllable && path.startsWith('/control/');
      await send(isControl ? await control(emulator, request) : await emulator.fetch(request), answer);
      await folder?.save();
    } catch (error) {
      if (!(error instanceof ConnectionDropped) && !gone.signal.aborted && !answer.headersSent) {
        answer.writeHead(500, { 'Content-Type': 'text/plain; charset=utf-8' });
        answer.end(`the stand-in failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
        return;
      }
      message.socket.destroy();
    }
  }

  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (message, answer) => void handle(message, answer));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  // A server that listens on a port always has an address of this form.
  const { port } = server.address() as AddressInfo;
  url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

  return {
    url,
    endpoints: dropboxEndpoints(url),
    emulator,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await folder?.save();
    },
  };
}
