/**
 * Satchel's whole cloud on this machine, in one process: what `npm run deploy` makes in an AWS account, by stand-ins
 * that speak Amazon's protocols, around the same built function. For trying and testing, not for serving others.
 */
import { createWriteStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ProviderConfig } from '../../provider.ts';
import type { FunctionEnvironment, Limits } from '../protocol.ts';
import { FunctionFailure, type FunctionHost } from './function-host/host.ts';
import { startChildHost } from './function-host/runtime-api.ts';
import { startThreadHost } from './function-host/thread.ts';
import { httpGatewayHandler } from './gateway/http.ts';
import { type SocketGateway, startSocketGateway } from './gateway/sockets.ts';
import { assertLoopback, LOOPBACK, serveLoopback } from './loopback.ts';
import type { Mail } from './outbox.ts';
import { createTable } from './table.ts';
import { IDS, type Lifetimes, type Services, startServices } from './services.ts';
import { expireCodes, invite, requireReset } from './user-pool/administration.ts';

export interface LocalCloudOptions {
  /** The built function, `dist-function/index.mjs`. */
  readonly bundle: string;
  /** Where everything is kept. Absent: in memory, and gone at the end. */
  readonly folder?: string;
  /** The gateway's; the user pool, the bodies, the table and the sockets follow. Absent or 0: any. */
  readonly port?: number;
  /** Nothing but 127.0.0.1 is taken. */
  readonly host?: string;
  /** ms since 1970: of accounts, codes, tokens and credentials. The function and whoever signs have the machine's. */
  readonly now?: () => number;
  readonly signUp?: 'open' | 'invitation';
  /** Whether a password may be sent as it is, in place of the proof of it; a deployment doesn't allow that. */
  readonly passwordAuth?: boolean;
  readonly limits?: Limits;
  readonly lifetimes?: Lifetimes;
  /**
   * `inline`: in a thread of this process, any number of calls at the same time. `child`: in processes of their own
   * behind the Lambda Runtime API, one call at a time in each.
   */
  readonly functionHost?: 'inline' | 'child';
  /** How many processes with `child`. */
  readonly instances?: number;
  /** Without sockets a client has to ask by itself. */
  readonly sockets?: boolean;
  /** Lines for the console: mail that would be sent. */
  readonly say?: (line: string) => void;
  /** Told what fails inside of the stand-ins and why the function gave no answer. */
  readonly report?: (error: unknown) => void;
}

export interface LocalCloud {
  /** For `aws` in `config.json`. */
  readonly config: ProviderConfig;
  /** Addresses without a slash at their end. */
  readonly endpoints: Readonly<Record<'api' | 'userPool' | 'bodies' | 'table', string>> & { readonly socket?: string };
  /** A page with the mail that would have been sent; the same as JSON with `.json` behind. */
  readonly outboxPage: string;
  readonly services: Services;
  /** The mail that would have been sent, oldest first. */
  outbox(): readonly Mail[];
  /** The newest code, or password for once, that was mailed there. */
  codeFor(email: string): string | undefined;
  /** Makes an account and mails a password for once. */
  invite(email: string): { sub: string; password: string };
  /** The next sign-in has to choose another password first. */
  requireReset(email: string): void;
  expireCodes(email: string): void;
  /** All temporary credentials given out until now are too old. */
  expireCredentials(): void;
  setLifetimes(lifetimes: Lifetimes): void;
  /** Closes all open sockets, as Amazon does after two hours. */
  disconnectSockets(): void;
  openSockets(): number;
  /** What the schedule does once a day: removes bodies that nobody registered. */
  runSchedule(): Promise<void>;
  close(): Promise<void>;
}

/** As in a deployment: the gateway waits for half a minute. */
const FUNCTION_TIMEOUT = 30_000;

/** @throws {Error} when a port is taken, the folder can't be used, or the function isn't built. */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const { bundle, folder, port = 0, now = () => Date.now() } = options;
  const { say = () => {}, report = () => {}, signUp = 'open', lifetimes = {} } = options;
  assertLoopback(options.host ?? LOOPBACK);
  if (!existsSync(bundle)) throw new Error(`There is no built function at ${bundle}: run npm run build:function`);
  const at = (offset: number) => (port === 0 ? 0 : port + offset);

  const running: { close(): Promise<void> }[] = [];
  const runs = <T extends { close(): Promise<void> }>(part: T): T => {
    running.push(part);
    return part;
  };
  const close = async () => {
    for (const part of running.toReversed()) await part.close();
  };
  try {
    const passwordAuth = options.passwordAuth === true;
    const common = { signUp, passwordAuth, lifetimes, now, say, report, port: at(1) };
    const services = runs(await startServices({ ...common, ...(folder !== undefined && { folder }) }));
    const { pool, credentials } = services;
    await createTable(services.endpoints.table, credentials.ownerKey);
    const log = runs(openLog(folder));
    const host = runs(createLateHost());
    // The function has to know the sockets' address when it starts, and they need the function only afterwards.
    const sockets =
      options.sockets === false
        ? undefined
        : runs(await startSocketGateway(at(4), { host, credentials, now: () => Date.now(), report }));
    const environment = functionEnvironment(services, sockets, options);
    const hosting = { bundle, environment, timeout: FUNCTION_TIMEOUT, log: log.write };
    const isChild = options.functionHost === 'child';
    host.runsIn(
      isChild
        ? await startChildHost({ ...hosting, instances: options.instances ?? 2 })
        : await startThreadHost(hosting),
    );
    const api = runs(await serveLoopback(at(0), httpGatewayHandler({ pool, host, now, report }), report));
    const outbox = () => pool.state.value.mails;
    return {
      config: {
        clientId: IDS.clientId,
        label: 'Satchel cloud (this computer)',
        endpoints: {
          api: api.url,
          userPool: services.endpoints.userPool,
          identityPool: services.endpoints.userPool,
          bodies: services.endpoints.bodies,
          ...(sockets && { socket: sockets.url }),
        },
      },
      endpoints: { api: api.url, ...services.endpoints, ...(sockets && { socket: sockets.url }) },
      outboxPage: `${services.endpoints.userPool}/outbox`,
      services,
      outbox,
      codeFor: (email) => outbox().findLast(({ to }) => to === email.toLowerCase())?.code,
      invite: (email) => invite(pool, email),
      requireReset: (email) => requireReset(pool, email),
      expireCodes: (email) => expireCodes(pool, email),
      expireCredentials: () => credentials.expireAll(),
      setLifetimes: (next) => services.setLifetimes(next),
      disconnectSockets: () => sockets?.disconnectAll(),
      openSockets: () => sockets?.open() ?? 0,
      runSchedule: async () => {
        await host.invoke(scheduledEvent(now()));
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Stands for the function's host from before that runs. */
function createLateHost(): FunctionHost & { runsIn(host: FunctionHost): void } {
  let real: FunctionHost | undefined;
  return {
    runsIn(host) {
      real = host;
    },
    invoke: (event) =>
      real ? real.invoke(event) : Promise.reject(new FunctionFailure('failed', "The function doesn't run yet")),
    close: () => real?.close() ?? Promise.resolve(),
  };
}

function functionEnvironment(
  { pool, credentials, endpoints }: Services,
  sockets: SocketGateway | undefined,
  { signUp = 'open', limits }: LocalCloudOptions,
): Record<string, string> {
  const own: FunctionEnvironment = {
    TABLE: IDS.table,
    BUCKET: IDS.bucket,
    USER_POOL_ID: IDS.userPoolId,
    CLIENT_ID: IDS.clientId,
    IDENTITY_POOL_ID: IDS.identityPoolId,
    SIGN_UP: signUp,
    ...(limits && { LIMITS: JSON.stringify(limits) }),
    ...(sockets && { SOCKET_URL: sockets.url, SOCKET_API: sockets.management }),
    PUBLIC_ENDPOINTS: JSON.stringify({
      userPool: endpoints.userPool,
      identityPool: endpoints.userPool,
      bodies: endpoints.bodies,
      ...(sockets && { socket: sockets.url }),
    }),
    JWKS: JSON.stringify(pool.tokens.jwks),
  };
  return {
    ...own,
    AWS_REGION: IDS.region,
    AWS_ACCESS_KEY_ID: credentials.functionKey.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.functionKey.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.table,
    AWS_ENDPOINT_URL_S3: endpoints.bodies,
  };
}

/** The function's log goes into the folder, begun anew each time. */
function openLog(folder: string | undefined): { write: (text: string) => void; close: () => Promise<void> } {
  if (folder === undefined) return { write: () => {}, close: () => Promise.resolve() };
  const stream = createWriteStream(join(folder, 'function.log'));
  return {
    write: (text) => void stream.write(text),
    close: () =>
      new Promise((resolve) => {
        stream.end(resolve);
      }),
  };
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html */
function scheduledEvent(now: number): object {
  return {
    version: '0',
    id: '00000000-0000-4000-8000-000000000000',
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '000000000000',
    time: `${new Date(now).toISOString().slice(0, 19)}Z`,
    region: IDS.region,
    resources: [`arn:aws:events:${IDS.region}:000000000000:rule/sweep`],
    detail: {},
  };
}
