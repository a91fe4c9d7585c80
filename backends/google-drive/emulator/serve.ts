/** Puts the stand-in on a port of this computer: a thin Node host around a core that knows no HTTP server. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DriveEmulator, DriveEmulatorOptions } from './emulator.ts';
import { createDriveEmulator, driveEndpoints } from './emulator.ts';
import { ConnectionDropped } from './failures.ts';

export interface ServeOptions extends DriveEmulatorOptions {
  /** Absent or 0: a free one. */
  readonly port?: number;
}

export interface ServedEmulator {
  /** Without a slash at its end. */
  readonly url: string;
  /** For a provider's `endpoints` in `config.json`. */
  readonly endpoints: ReturnType<typeof driveEndpoints>;
  readonly emulator: DriveEmulator;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

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

/** The service wants to know how long a body is, also that it is empty. */
const lacksLength = ({ method, headers }: IncomingMessage) =>
  (method === 'PUT' || method === 'POST' || method === 'PATCH') &&
  headers['content-length'] === undefined &&
  headers['transfer-encoding'] === undefined;

export async function serveDriveEmulator(options: ServeOptions = {}): Promise<ServedEmulator> {
  const emulator = createDriveEmulator(options);
  let url = '';

  async function handle(message: IncomingMessage, answer: ServerResponse): Promise<void> {
    const gone = new AbortController();
    answer.on('close', () => gone.abort());
    try {
      const body = await readBody(message);
      if (lacksLength(message)) {
        await send(new Response('<html><body>Length Required</body></html>', { status: 411 }), answer);
        return;
      }
      await send(await emulator.fetch(toRequest(message, url, body, gone.signal)), answer);
    } catch (error) {
      if (!(error instanceof ConnectionDropped) && !gone.signal.aborted && !answer.headersSent) {
        answer.writeHead(500, { 'Content-Type': 'text/plain; charset=utf-8' });
        answer.end(`the stand-in failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
        return;
      }
      message.socket.destroy();
    }
  }

  const server = createServer((message, answer) => void handle(message, answer));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, HOST, resolve);
  });
  // A server that listens on a port always has an address of this form.
  url = `http://${HOST}:${(server.address() as AddressInfo).port}`;

  return {
    url,
    endpoints: driveEndpoints(url),
    emulator,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
