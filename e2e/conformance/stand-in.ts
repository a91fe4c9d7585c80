/** Serves the page that runs the conformance suite, and does at the stand-in what that page asks for. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build, type Rolldown } from 'vite';
import type { DemoTokens, DropboxEmulator } from '../../backends/dropbox/emulator/emulator.ts';
import type { FaultRule } from '../../backends/dropbox/emulator/faults.ts';
import type { ServedEmulator } from '../../backends/dropbox/emulator/serve.ts';
import type { ConnectionSettings } from '../../backends/provider.ts';
import { root } from '../../scripts/root.ts';

export type Ask =
  | { readonly kind: 'fault'; readonly rule: FaultRule }
  | { readonly kind: 'hold'; readonly route: string; readonly moment: 'request' | 'reply' }
  | { readonly kind: 'release'; readonly hold: number }
  | { readonly kind: 'clear' | 'reset-cursors' | 'sign-in' | 'look' | 'cloud-account' };

export interface Told {
  readonly fault: null;
  readonly hold: { readonly hold: number };
  readonly release: null;
  readonly clear: null;
  readonly 'reset-cursors': null;
  readonly 'sign-in': DemoTokens;
  readonly 'cloud-account': ConnectionSettings;
  readonly look: {
    readonly requests: number;
    readonly secrets: readonly string[];
    readonly now: number;
    readonly endpoints: ServedEmulator['endpoints'];
  };
}

interface Hold {
  readonly reached: Promise<void>;
  readonly release: () => void;
}

function signalled(): { readonly given: Promise<void>; readonly give: () => void } {
  let give = (): void => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}

function holdAt(emulator: DropboxEmulator, route: string, moment: 'request' | 'reply'): Hold {
  const [reached, released] = [signalled(), signalled()];
  emulator.addFault({ route, fault: { kind: 'hold', moment, reached: reached.give, released: released.given } });
  return { reached: reached.given, release: released.give };
}

let bundled: Promise<string> | undefined;

/** Bundles the page's script, without leaving a file. */
async function bundle(): Promise<string> {
  const output = (await build({
    configFile: false,
    root,
    logLevel: 'silent',
    build: {
      write: false,
      minify: false,
      rolldownOptions: { output: { codeSplitting: false } },
      lib: { entry: join(root, 'e2e/conformance/page.ts'), formats: ['es'], fileName: 'page' },
    },
  })) as Rolldown.RolldownOutput[];
  const chunk = output[0]?.output[0];
  if (chunk?.type !== 'chunk') throw new Error('the page was not bundled');
  return chunk.code;
}

async function readText(message: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of message.setEncoding('utf8')) text += String(piece);
  return text;
}

const PAGE =
  '<!doctype html><title>Conformance</title><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>';

/**
 * @param cloudAccount of somebody who is signed in to the cloud on this computer
 * @returns where the page is, and what to call when all is done
 */
export async function serveConformancePage(
  dropbox: ServedEmulator,
  cloudAccount?: ConnectionSettings,
): Promise<{ url: string; close: () => Promise<void> }> {
  const { emulator } = dropbox;
  bundled ??= bundle();
  const script = await bundled;
  const holds: Hold[] = [];

  function answer(question: Ask): unknown {
    switch (question.kind) {
      case 'fault':
        return emulator.addFault(question.rule);
      case 'hold':
        return { hold: holds.push(holdAt(emulator, question.route, question.moment)) - 1 };
      case 'release':
        return holds[question.hold]?.release();
      case 'clear':
        return emulator.clearFaults();
      case 'reset-cursors':
        return emulator.resetCursors();
      case 'sign-in':
        return emulator.signIn();
      case 'cloud-account':
        return cloudAccount;
      case 'look': {
        const { accessTokens, refreshTokens, clock } = emulator.world;
        const secrets = [...accessTokens.keys(), ...refreshTokens.keys()];
        return { requests: emulator.requests.length, secrets, now: clock.now(), endpoints: dropbox.endpoints };
      }
    }
  }

  async function handle(message: IncomingMessage, reply: ServerResponse): Promise<void> {
    const path = message.url ?? '/';
    if (path === '/page.js') return void reply.setHeader('Content-Type', 'text/javascript').end(script);
    if (path === '/stand-in') {
      const told = answer(JSON.parse(await readText(message)) as Ask);
      return void reply.setHeader('Content-Type', 'application/json').end(JSON.stringify(told ?? null));
    }
    if (path.startsWith('/reached/')) {
      await holds[Number(path.slice('/reached/'.length))]?.reached;
      return void reply.end();
    }
    reply.setHeader('Content-Type', 'text/html').end(PAGE);
  }

  const server = createServer((message, reply) => {
    handle(message, reply).catch((error: unknown) => reply.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
