/** Calls between two processes of this computer, over loopback: a length, then a structured clone. */
import { createServer, type Socket, connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { deserialize, serialize } from 'node:v8';
import { StorageError, type StorageErrorKind } from '../../backends/storage.ts';

interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { readonly message: string; readonly kind: StorageErrorKind | null } };

const LENGTH = 4;

function send(socket: Socket, message: Call | Answer): void {
  const body = serialize(message);
  const length = Buffer.alloc(LENGTH);
  length.writeUInt32BE(body.length);
  socket.write(length);
  socket.write(body);
}

function receive(socket: Socket, take: (message: unknown) => void): void {
  let parts: Buffer[] = [];
  let size = 0;
  socket.on('data', (part) => {
    parts.push(part);
    size += part.length;
    for (;;) {
      if (size < LENGTH) return;
      // Joined only when there is something to read, or a message of megabytes would be copied for each of its parts.
      const [head] = parts;
      const whole = head && head.length >= LENGTH ? head : Buffer.concat(parts);
      const length = whole.readUInt32BE(0);
      if (size < LENGTH + length) return;
      const all = Buffer.concat(parts);
      const rest = all.subarray(LENGTH + length);
      parts = rest.length > 0 ? [rest] : [];
      size = rest.length;
      // A copy: what is read from it are views, which must not keep the messages behind it alive.
      take(deserialize(Buffer.from(all.subarray(LENGTH, LENGTH + length))));
    }
  });
}

export type Methods = Readonly<Record<string, (...args: never[]) => Promise<unknown>>>;

/** @returns the port. */
export async function serve(methods: Methods): Promise<number> {
  const server = createServer((socket) => {
    receive(socket, (message) => {
      const { id, method, args } = message as Call;
      const work = methods[method];
      const result = work ? work(...(args as never[])) : Promise.reject(new Error(`there is no method ${method}`));
      result.then(
        (value) => send(socket, { id, value }),
        (error: unknown) => {
          const kind = error instanceof StorageError ? error.kind : null;
          send(socket, { id, error: { message: error instanceof Error ? error.message : String(error), kind } });
        },
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

export type Remote = (method: string, ...args: unknown[]) => Promise<unknown>;

export async function reach(port: number): Promise<{ readonly call: Remote; readonly close: () => void }> {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  receive(socket, (message) => {
    const answer = message as Answer;
    const caller = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ('value' in answer) caller?.resolve(answer.value);
    else {
      const { kind, message: text } = answer.error;
      caller?.reject(kind ? new StorageError(kind, text) : new Error(text));
    }
  });
  let next = 0;
  return {
    call: (method, ...args) =>
      new Promise((resolve, reject) => {
        const id = next++;
        waiting.set(id, { resolve, reject });
        send(socket, { id, method, args });
      }),
    close: () => socket.destroy(),
  };
}
