/**
 * HTTP for this machine alone. What runs here is for trying and testing, so it is never offered to others: any
 * address but loopback is refused, and so is a page elsewhere whose name was made to point here (DNS rebinding).
 */
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export const LOOPBACK = '127.0.0.1';
const LOOPBACK_NAMES: ReadonlySet<string> = new Set([LOOPBACK, 'localhost', '[::1]']);

export interface Answer {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Uint8Array;
}

export interface LoopbackServer {
  /** Without a slash at its end. */
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  close(): Promise<void>;
}

/** Made where a request is of more bytes than are taken. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}

/** @throws {RangeError} for an address that other machines can reach. */
export function assertLoopback(host: string): void {
  if (host === LOOPBACK) return;
  throw new RangeError(
    `The local cloud only listens at ${LOOPBACK}, not at ${host}: it is for trying and testing, not for serving others`,
  );
}

/**
 * Listens at a port of 127.0.0.1; any free one for 0. What `handle` throws is answered with status 500.
 * @param report is told of such failures
 */
export async function serveLoopback(
  port: number,
  handle: (message: IncomingMessage) => Promise<Answer>,
  report: (error: unknown) => void,
): Promise<LoopbackServer> {
  const server = createServer((message, response) => {
    const send = ({ status, headers = {}, body = '' }: Answer) => {
      if (response.destroyed) return;
      response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
      response.end(message.method === 'HEAD' ? undefined : body);
    };
    if (!isLocalName(message.headers.host)) {
      send({ status: 421, headers: { 'content-type': 'text/plain' }, body: 'This answers under 127.0.0.1 only.' });
      return;
    }
    const answer = async () => send(await handle(message));
    answer().catch((error: unknown) => {
      // Whoever asked has gone; there is nobody to answer.
      if (message.destroyed && !message.complete) return;
      report(error);
      send({ status: 500, headers: { 'content-type': 'text/plain' }, body: 'The stand-in failed.' });
    });
  });
  return { server, ...(await listenAt(server, port)), close: () => closeServer(server) };
}

/** Longer than clients keep a connection that nobody uses, so that none is closed just as it is used again. */
const KEEP_ALIVE_MS = 10 * 60_000;

/** @throws {Error} when the port is taken. */
export async function listenAt(server: Server, port: number): Promise<{ url: string; port: number }> {
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const listening = (server.address() as AddressInfo).port;
  return { port: listening, url: `http://${LOOPBACK}:${listening}` };
}

/** Cuts what is open. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}

export function isLocalName(host: string | undefined): boolean {
  return host !== undefined && LOOPBACK_NAMES.has(host.replace(/:\d+$/, ''));
}

/** @throws {BodyTooLarge} */
export async function readBody(message: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    // Read to its end all the same: to leave off would break the connection.
    if (size <= limit) chunks.push(bytes);
  }
  if (size > limit) throw new BodyTooLarge(`more than ${limit} bytes`);
  return Buffer.concat(chunks);
}

/** A header that is given once, or its values joined as HTTP does. */
export function headerOf(message: IncomingMessage, name: string): string | undefined {
  const value = message.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
