/**
 * The controls over HTTP, for tests that drive a browser: `POST /control/<action>` with JSON. Only loopback
 * hosts serve it, it sends no CORS headers, and it insists on JSON, so that no web page can reach it.
 */
import { ArgumentError, list, optional, required, struct, text, whole } from './arguments.ts';
import type { DropboxEmulator } from './emulator.ts';
import type { Fault, FaultRule } from './faults.ts';
import { FAULT_KINDS } from './faults.ts';

type Action = (emulator: DropboxEmulator, argument: unknown) => unknown;

const object = (value: unknown, at: string): Record<string, unknown> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ArgumentError(`${at}: expected object`);
  return { ...value };
};

/** @throws {ArgumentError} */
function readFault(value: unknown, at: string): Fault {
  const fault = object(value, at);
  if (typeof fault['kind'] !== 'string' || !FAULT_KINDS.includes(fault['kind']))
    throw new ArgumentError(`${at}.kind: expected one of ${FAULT_KINDS.join(', ')}`);
  // The kind is checked; its own fields are for tests to get right.
  return fault as unknown as Fault;
}

const times = (value: unknown, at: string): number | 'always' => (value === 'always' ? value : whole(1)(value, at));
const rule = struct({
  route: required(text({ min: 1 })),
  fault: required(readFault),
  times: optional(times),
  skip: optional(whole()),
});
const whose = { account: optional(text()), clientId: optional(text()) };
const file = struct({ path: required(text({ min: 2 })), ...whose });

const ACTIONS: Readonly<Record<string, Action>> = {
  fault(emulator, argument) {
    const { route, fault, times, skip } = rule(argument, '');
    const added: FaultRule = {
      route,
      fault,
      ...(times !== undefined && { times }),
      ...(skip !== undefined && { skip }),
    };
    emulator.addFault(added);
  },
  'clear-faults': (emulator) => emulator.clearFaults(),
  behave: (emulator, argument) => emulator.behave(object(argument, 'behaviour')),
  'expire-access-tokens': (emulator) => emulator.expireAccessTokens(),
  'revoke-tokens': (emulator, argument) =>
    emulator.revokeTokens(struct({ account: optional(text()) })(argument, '').account),
  'reset-cursors': (emulator) => emulator.resetCursors(),
  'set-quota': (emulator, argument) => {
    const { quota, account } = struct({ quota: required(whole()), account: optional(text()) })(argument, '');
    emulator.setQuota(quota, account);
  },
  'sign-in': (emulator, argument) => {
    const { account, clientId } = struct(whose)(argument, '');
    return emulator.signIn({ ...(account !== undefined && { account }), ...(clientId !== undefined && { clientId }) });
  },
  accounts: (emulator) => emulator.accounts(),
  requests: (emulator) => emulator.requests,
  files: (emulator, argument) => {
    const { account, clientId } = struct(whose)(argument, '');
    return emulator.filePaths(account, clientId);
  },
  'write-file': (emulator, argument) => {
    const { path, account, clientId, bytes } = struct({
      path: required(text({ min: 2 })),
      bytes: required(list(whole(0, 255))),
      ...whose,
    })(argument, '');
    return emulator.writeFile(path, Uint8Array.from(bytes), account, clientId);
  },
  'remove-file': (emulator, argument) => {
    const { path, account, clientId } = file(argument, '');
    emulator.removeFile(path, account, clientId);
  },
};

/** A page that makes a name of its own point to this computer must not pass for a local one. */
function isLocal(url: URL): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
}

export async function control(emulator: DropboxEmulator, request: Request): Promise<Response> {
  const url = new URL(request.url);
  const action = ACTIONS[url.pathname.slice('/control/'.length)];
  const isJson = request.headers.get('Content-Type')?.startsWith('application/json') === true;
  const host = request.headers.get('Host');
  if (request.method !== 'POST' || !isJson || (host !== null && !isLocal(new URL(`http://${host}`))))
    return new Response('POST application/json is needed, from this computer', { status: 403 });
  if (!action) return new Response(`no such action; there are ${Object.keys(ACTIONS).join(', ')}`, { status: 404 });
  try {
    const argument: unknown = JSON.parse((await request.text()) || '{}');
    return Response.json((await action(emulator, argument)) ?? null);
  } catch (error) {
    if (!(error instanceof ArgumentError || error instanceof SyntaxError || error instanceof RangeError)) throw error;
    return new Response(error.message, { status: 400 });
  }
}
