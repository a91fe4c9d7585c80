/** The cloud's sockets in memory: what API Gateway does between devices and the function. */
import type { Sockets } from '../function/ports.ts';
import type { PlainSocket } from '../socket.ts';

type SocketEvent = 'open' | 'close' | 'error' | 'message';
type Listener = (event: { readonly data: unknown }) => void;

export interface LinesDeps {
  /** Whether whoever comes with this address may have a line. */
  readonly admit: (address: string, connection: string) => Promise<boolean>;
  readonly left: (connection: string) => Promise<void>;
  /** Never the same twice. */
  readonly freshId: () => string;
}

export interface Lines extends Sockets {
  open(address: string): PlainSocket;
  /** How many are open. */
  count(): number;
  /** The gateway ends them all, as it does after two hours. */
  cut(): void;
  /** What came in from devices. */
  readonly received: readonly string[];
}

export function createLines(deps: LinesDeps): Lines {
  const lines = new Map<string, { tell(text: string): void; end(): void }>();
  const received: string[] = [];

  return {
    received,
    count: () => lines.size,
    cut() {
      for (const line of lines.values()) line.end();
    },
    async send(connection, text) {
      const line = lines.get(connection);
      line?.tell(text);
      return line ? 'sent' : 'gone';
    },
    open(address) {
      const connection = deps.freshId();
      const listeners: [SocketEvent, Listener][] = [];
      let isOver = false;
      // As a browser does it: never within the call that caused it.
      const dispatch = (event: SocketEvent, data?: string) =>
        queueMicrotask(() => {
          for (const [type, listener] of listeners) if (type === event) listener({ data });
        });
      const end = () => {
        if (isOver) return;
        isOver = true;
        lines.delete(connection);
        void deps.left(connection);
        dispatch('close');
      };
      const begin = async () => {
        const isGood = await deps.admit(address, connection);
        if (isGood && !isOver) {
          lines.set(connection, { tell: (text) => dispatch('message', text), end });
          dispatch('open');
          return;
        }
        dispatch('error');
        end();
      };
      void begin();
      return {
        addEventListener: (type: SocketEvent, listener: Listener) => void listeners.push([type, listener]),
        send: (text) => void received.push(text),
        close: end,
      };
    },
  };
}
