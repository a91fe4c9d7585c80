/** The services that the function and its clients use: the user pool with the identity pool, the bodies, the table. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bucketHandler } from './bodies/serve.ts';
import { openObjectFiles } from './bodies/files.ts';
import { type Credentials, createCredentials } from './credentials.ts';
import { serveDynamoDb } from './dynamodb.ts';
import { assertUnused, noteUse } from './in-use.ts';
import { keep } from './kept.ts';
import { serveLoopback } from './loopback.ts';
import { mailLine } from './outbox.ts';
import { createPool, type Pool } from './user-pool/pool.ts';
import { keysPath, userPoolHandler } from './user-pool/serve.ts';

export const REGION = 'us-east-1';
export const IDS = {
  region: REGION,
  userPoolId: `${REGION}_ThisComputer`,
  clientId: 'satchelcloudonthiscomputer',
  identityPoolId: `${REGION}:5a7c4e1c-10ca-4c10-8d00-7415c0377e57`,
  bucket: 'satchel-bodies',
  table: 'satchel',
} as const;

export interface Lifetimes {
  /** s; of ID and access tokens. */
  readonly tokens?: number;
  /** s; of temporary credentials. */
  readonly credentials?: number;
}

export interface ServicesOptions {
  /** Absent: nothing is kept after `close`. */
  readonly folder?: string;
  /** The user pool's port; the bodies and the table follow. 0: any. */
  readonly port: number;
  readonly signUp: 'open' | 'invitation';
  readonly passwordAuth: boolean;
  readonly lifetimes: Lifetimes;
  /** ms since 1970: of accounts, codes, tokens and credentials. Signatures are held against the machine's clock. */
  readonly now: () => number;
  /** Lines for the console. */
  readonly say: (line: string) => void;
  readonly report: (error: unknown) => void;
}

export interface Services {
  readonly pool: Pool;
  readonly credentials: Credentials;
  /** Addresses without a slash at their end. */
  readonly endpoints: { readonly userPool: string; readonly bodies: string; readonly table: string };
  setLifetimes(lifetimes: Lifetimes): void;
  close(): Promise<void>;
}

/** A password must be long, as NIST SP 800-63B recommends, rather than of many kinds of characters. */
const POLICY = {
  minimumLength: 12,
  requireLowercase: false,
  requireUppercase: false,
  requireNumbers: false,
  requireSymbols: false,
} as const;

const HOUR = 3600;
/** Of the machine: what Amazon's clients sign by. */
const signingTime = () => Date.now();

/** @throws {Error} when a port is taken or the folder can't be used. */
export async function startServices(options: ServicesOptions): Promise<Services> {
  const { folder, port, now, report, say } = options;
  const inFolder = (name: string) => (folder === undefined ? undefined : join(folder, name));
  const install = keep(inFolder('install.json'), () => ({ secret: randomBytes(32).toString('hex') }));
  const credentials = createCredentials(install.value.secret, now);
  let lifetimes: Lifetimes = options.lifetimes;

  const settings = {
    poolId: IDS.userPoolId,
    clientId: IDS.clientId,
    signUp: options.signUp,
    passwordAuth: options.passwordAuth,
    policy: POLICY,
    tokenLifetime: lifetimes.tokens ?? HOUR,
  };
  const pool = createPool(inFolder('user-pool.json'), settings, { now, onMail: (mail) => say(mailLine(mail)) });
  if (folder !== undefined) await assertUnused(folder, pool.state.value.keyId);
  const identities = {
    identityPoolId: IDS.identityPoolId,
    credentials,
    pool,
    lifetime: () => lifetimes.credentials ?? HOUR,
  };
  const bodiesFolder = inFolder('bodies') ?? (await mkdtemp(join(tmpdir(), 'satchel-bodies-')));
  const files = await openObjectFiles(bodiesFolder);
  const bucket = bucketHandler({ bucket: IDS.bucket, files, credentials, now: signingTime });

  const at = (offset: number) => (port === 0 ? 0 : port + offset);
  const started: { close(): Promise<void> }[] = [];
  const close = async () => {
    await Promise.all(started.map((server) => server.close()));
    if (folder === undefined) await rm(bodiesFolder, { recursive: true, force: true });
  };
  const begun = async <T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const server = await starting;
    started.push(server);
    return server;
  };
  try {
    const userPool = await begun(serveLoopback(at(0), userPoolHandler(pool, identities), report));
    const bodies = await begun(serveLoopback(at(1), bucket, report));
    const table = await begun(serveDynamoDb(at(2), inFolder('table'), { credentials, now: signingTime }));
    if (folder !== undefined) await noteUse(folder, `${userPool.url}${keysPath(pool)}`);
    return {
      pool,
      credentials,
      endpoints: { userPool: userPool.url, bodies: bodies.url, table: table.url },
      setLifetimes(next) {
        lifetimes = next;
        settings.tokenLifetime = next.tokens ?? HOUR;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
