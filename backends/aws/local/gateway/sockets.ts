/**
 * The WebSocket API: a connection is offered to the function, kept when it says yes, and spoken to through the
 * management calls at `/live/@connections/<id>`.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-overview.html
 */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import type { Credentials } from '../credentials.ts';
import type { FunctionHost } from '../function-host/host.ts';
import { type Answer, BodyTooLarge, headerOf, isLocalName, readBody, serveLoopback } from '../loopback.ts';
import { SignatureError, verifySignature } from '../signature.ts';

export interface SocketGatewayDeps {
  readonly host: Pick<FunctionHost, 'invoke'>;
  readonly credentials: Pick<Credentials, 'lookUp'>;
  /** ms since 1970, by the clock that signatures are made with. */
  readonly now: () => number;
  readonly report: (error: unknown) => void;
}

export interface SocketGateway {
  /** `ws://…/live`, where clients connect. */
  readonly url: string;
  /** `http://…/live`, where the function speaks to connections. */
  readonly management: string;
  /** How many are open. */
  readonly open: () => number;
  /** Closes them, as when their two hours are over. */
  disconnectAll(): void;
  close(): Promise<void>;
}

interface Connection {
  readonly id: string;
  readonly socket: WebSocket;
  readonly connectedAt: number;
  lastActiveAt: number;
  idle: NodeJS.Timeout;
}

const STAGE = 'live';
/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
const LONGEST_MS = 2 * 3_600_000;
const IDLE_MS = 10 * 60_000;
const MAX_MESSAGE_BYTES = 128 * 1024;
const GOING_AWAY = 1001;

/** @param port 0: any */
export async function startSocketGateway(port: number, deps: SocketGatewayDeps): Promise<SocketGateway> {
  const { host, report } = deps;
  const connections = new Map<string, Connection>();
  /** What the function is being told, so that the end waits for it. */
  const telling = new Set<Promise<unknown>>();
  const tell = (event: object) => {
    const told = host.invoke(event).catch(report);
    telling.add(told);
    void told.finally(() => telling.delete(told));
  };
  const accepting = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
  const server = await serveLoopback(port, (message) => manage(deps, connections, message), report);

  server.server.on('upgrade', (message: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => stream.destroy());
    accept(message, stream, head).catch((error: unknown) => {
      report(error);
      refuse(stream, 500);
    });
  });

  async function accept(message: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    const [path, query = ''] = (message.url ?? '').split('?');
    if (path?.replace(/\/$/, '') !== `/${STAGE}` || !isLocalName(message.headers.host)) return refuse(stream, 403);
    // As Amazon's look: base 64, padding and all.
    const id = randomBytes(11).toString('base64');
    const connectedAt = deps.now();
    const context = { message, id, connectedAt };
    const answer = await host.invoke({ ...contextOf('$connect', context, deps.now()), ...requestOf(message, query) });
    const status = statusOf(answer);
    if (status < 200 || status > 299) return refuse(stream, status);
    accepting.handleUpgrade(message, stream, head, (socket) => keep(socket, context));
    return undefined;
  }

  function keep(socket: WebSocket, context: Context): void {
    const { id, connectedAt } = context;
    const close = () => socket.close(GOING_AWAY, 'Going away');
    const wait = () => setTimeout(close, IDLE_MS).unref();
    const connection: Connection = { id, socket, connectedAt, lastActiveAt: connectedAt, idle: wait() };
    connections.set(id, connection);
    const longest = setTimeout(close, LONGEST_MS).unref();
    socket.on('message', (bytes) => {
      clearTimeout(connection.idle);
      connection.idle = wait();
      connection.lastActiveAt = deps.now();
      const body = (bytes as Buffer).toString();
      tell({ ...contextOf('$default', context, deps.now()), body, isBase64Encoded: false });
    });
    socket.on('error', () => socket.terminate());
    socket.once('close', (code) => {
      clearTimeout(connection.idle);
      clearTimeout(longest);
      connections.delete(id);
      tell({ ...contextOf('$disconnect', context, deps.now(), code), isBase64Encoded: false });
    });
  }

  return {
    url: `${server.url.replace('http:', 'ws:')}/${STAGE}`,
    management: `${server.url}/${STAGE}`,
    open: () => connections.size,
    disconnectAll() {
      for (const { socket } of connections.values()) socket.close(GOING_AWAY, 'Going away');
    },
    async close() {
      const closed = [...connections.values()].map(({ socket }) => once(socket, 'close'));
      for (const { socket } of connections.values()) socket.terminate();
      await Promise.all(closed);
      await Promise.all(telling);
      await server.close();
    },
  };
}

interface Context {
  readonly message: IncomingMessage;
  readonly id: string;
  readonly connectedAt: number;
}

const EVENT_TYPES = { $connect: 'CONNECT', $default: 'MESSAGE', $disconnect: 'DISCONNECT' } as const;

function contextOf(route: keyof typeof EVENT_TYPES, context: Context, now: number, closed?: number): object {
  const { message, id, connectedAt } = context;
  return {
    requestContext: {
      routeKey: route,
      eventType: EVENT_TYPES[route],
      ...(route === '$default' && { messageId: randomBytes(11).toString('base64') }),
      ...(closed !== undefined && { disconnectStatusCode: closed, disconnectReason: '' }),
      extendedRequestId: randomBytes(11).toString('base64'),
      requestId: randomBytes(11).toString('base64'),
      requestTime: new Date(now).toUTCString(),
      requestTimeEpoch: now,
      messageDirection: 'IN',
      stage: STAGE,
      connectedAt,
      identity: { sourceIp: message.socket.remoteAddress ?? '', userAgent: message.headers['user-agent'] ?? '' },
      domainName: message.headers.host,
      connectionId: id,
      apiId: 'local',
    },
  };
}

function requestOf(message: IncomingMessage, query: string): object {
  const names = Object.keys(message.headers);
  const parameters = new URLSearchParams(query);
  return {
    headers: Object.fromEntries(names.map((name) => [name, headerOf(message, name)])),
    multiValueHeaders: Object.fromEntries(names.map((name) => [name, [headerOf(message, name)]])),
    ...(query && {
      queryStringParameters: Object.fromEntries(parameters),
      multiValueQueryStringParameters: Object.fromEntries(
        [...parameters.keys()].map((name) => [name, parameters.getAll(name)]),
      ),
    }),
    isBase64Encoded: false,
  };
}

function statusOf(answer: unknown): number {
  if (typeof answer !== 'object' || answer === null || !('statusCode' in answer)) return 502;
  return typeof answer.statusCode === 'number' ? answer.statusCode : 502;
}

function refuse(stream: Duplex, status: number): void {
  stream.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html */
async function manage(
  deps: SocketGatewayDeps,
  connections: ReadonlyMap<string, Connection>,
  message: IncomingMessage,
): Promise<Answer> {
  const { method = '', url: target = '', headers } = message;
  try {
    const body = await readBody(message, MAX_MESSAGE_BYTES);
    const bodyHash = createHash('sha256').update(body).digest('hex');
    const { principal } = verifySignature(
      { method, target, headers, bodyHash },
      'execute-api',
      deps.credentials,
      deps.now(),
    );
    if (principal.is === 'person') return says(403, 'ForbiddenException', 'User is not authorized');
    const [, id] = new RegExp(`^/${STAGE}/@connections/([^/?]+)$`).exec(target) ?? [];
    const connection = [...connections.values()].find((open) => encodeURIComponent(open.id) === id);
    if (connection?.socket.readyState !== WebSocket.OPEN) return says(410, 'GoneException', 'The connection has gone.');
    return act(connection, method, body);
  } catch (error) {
    if (error instanceof SignatureError) return says(403, 'ForbiddenException', error.message);
    if (error instanceof BodyTooLarge) return says(413, 'PayloadTooLargeException', 'Payload too large');
    throw error;
  }
}

async function act(connection: Connection, method: string, body: Buffer): Promise<Answer> {
  const { socket, connectedAt, lastActiveAt } = connection;
  if (method === 'DELETE') {
    socket.close(1000, 'Connection closed by the server');
    return { status: 204 };
  }
  if (method !== 'POST') {
    const told = {
      connectedAt: new Date(connectedAt).toISOString(),
      lastActiveAt: new Date(lastActiveAt).toISOString(),
    };
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(told) };
  }
  await new Promise<void>((resolve, reject) => {
    socket.send(body.toString(), (error) => (error ? reject(error) : resolve()));
  });
  return { status: 200 };
}

function says(status: number, type: string, message: string): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': type },
    body: JSON.stringify({ message }),
  };
}
