/**
 * DynamoDB by dynalite, in memory or in a folder, behind a check of signatures: dynalite itself answers anybody, other
 * pages in this machine's browser included.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import dynalite from 'dynalite';
import type { Credentials } from './credentials.ts';
import { closeServer, isLocalName, listenAt, readBody } from './loopback.ts';
import { SignatureError, verifySignature } from './signature.ts';

export interface LocalTable {
  /** Without a slash at its end. */
  readonly url: string;
  close(): Promise<void>;
}

const MAX_BYTES = 17 * 1024 * 1024;

/**
 * @param folder absent: in memory
 * @throws {Error} when the port is taken, or another process has the folder open.
 */
export async function serveDynamoDb(
  port: number,
  folder: string | undefined,
  deps: { readonly credentials: Credentials; readonly now: () => number },
): Promise<LocalTable> {
  const server = dynalite({ createTableMs: 0, ...(folder !== undefined && { path: folder }) });
  guard(server, deps);
  const { url } = await listenAt(server, port);
  return { url, close: () => closeServer(server) };
}

function guard(server: Server, { credentials, now }: { credentials: Credentials; now: () => number }): void {
  const [listener] = server.listeners('request') as [(message: Readable, response: ServerResponse) => void];
  server.removeAllListeners('request');
  server.on('request', (message: IncomingMessage, response: ServerResponse) => {
    const refuse = (status: number, type: string, words: string) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify({ __type: `com.amazon.coral.service#${type}`, message: words }));
    };
    const pass = async () => {
      const { method = '', url: target = '/', headers } = message;
      if (!isLocalName(headers.host)) throw new SignatureError('AccessDenied');
      const body = await readBody(message, MAX_BYTES);
      const bodyHash = createHash('sha256').update(body).digest('hex');
      const { principal } = verifySignature({ method, target, headers, bodyHash }, 'dynamodb', credentials, now());
      if (principal.is === 'person') throw new SignatureError('AccessDenied');
      // What dynalite reads: the body, and these properties.
      listener(Object.assign(Readable.from([body]), { method, url: target, headers }), response);
    };
    pass().catch((error: unknown) => {
      if (!(error instanceof SignatureError)) return refuse(500, 'InternalServerError', 'The stand-in failed.');
      const known = error.code === 'InvalidAccessKeyId' || error.code === 'InvalidToken';
      return refuse(400, known ? 'UnrecognizedClientException' : 'InvalidSignatureException', error.message);
    });
  });
}
