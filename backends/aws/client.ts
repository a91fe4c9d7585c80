/**
 * The storage interface over the cloud's function (protocol.ts): small objects go through it, larger ones by temporary
 * credentials to S3 and are registered with it.
 */
import { unlessAborted } from '../abort.ts';
import { TRANSFER_MS } from '../deadline.ts';
import { fieldOf } from '../field-of.ts';
import type { About, Area, ChangesPage, Cursor, ObjectName, Storage } from '../storage.ts';
import { isObjectName, MAX_OBJECT_BYTES, StorageError } from '../storage.ts';
import { createBodies } from './bodies.ts';
import { readChanges } from './changes.ts';
import { endpointsOf } from './cloud.ts';
import { createCredentials } from './credentials.ts';
import { download } from './download.ts';
import { jsonOf } from './exchange.ts';
import { CloudFailure, foreignAnswer, storageErrorOf } from './failure.ts';
import { createGateway, type GatewayRequest, serviceOf } from './gateway.ts';
import { bodyKey, DEVICE_HEADER, INLINE_BYTES, MAX_DELETE_NAMES, SHA256_HEADER } from './protocol.ts';
import { createSession, type SessionDeps } from './session.ts';
import type { AwsSettings } from './settings.ts';
import { sha256 } from './sha256.ts';
import type { Sign } from './signature.ts';
import type { OpenSocket } from './socket.ts';
import { createWatch } from './watch.ts';

export interface AwsClientDeps extends SessionDeps {
  /** Rejects with the signal's reason when it fires. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly randomBytes: (length: number) => Uint8Array<ArrayBuffer>;
  /** Absent: changes are polled for. */
  readonly openSocket?: OpenSocket;
  /** Of requests to S3; absent: as S3 wants it. */
  readonly sign?: Sign;
}

function checkName(name: string): void {
  if (!isObjectName(name)) throw new StorageError('Rejected', 'Satchel cloud: that is not an object name');
}

function toStorageError(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  if (error instanceof CloudFailure) return storageErrorOf(error);
  // What is left are answers that could not be read, for example a body that broke off.
  const kind = error instanceof Error ? error.name : typeof error;
  return new StorageError('Unavailable', `Satchel cloud: an answer could not be read (${kind})`);
}

/** Holds what every call has to promise: the signal's reason, or an error of the one family. */
async function guarded<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  try {
    return await unlessAborted(work(), signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw toStorageError(error);
  }
}

function readAbout(answer: unknown): About {
  const accountId = fieldOf(answer, 'accountId');
  const label = fieldOf(answer, 'label');
  const used = fieldOf(answer, 'used');
  const quota = fieldOf(answer, 'quota');
  if (typeof accountId !== 'string' || typeof label !== 'string') throw foreignAnswer('GET about', 'something else');
  return {
    accountId,
    label,
    ...(typeof used === 'number' && { used }),
    ...(typeof quota === 'number' && { quota }),
  };
}

/** 200 is what a login page says as well; the function says nothing with it. */
async function checkStored(request: GatewayRequest, response: Response): Promise<void> {
  const isOurs = response.status === 201 || (response.status === 200 && (await response.text()) === '');
  if (!isOurs) throw foreignAnswer(serviceOf(request), 'somebody else');
}

export function createAwsStorage(settings: AwsSettings, deps: AwsClientDeps): Storage {
  const { cloud, accountId } = settings;
  const endpoints = endpointsOf(settings.api, cloud);
  const session = createSession(deps, settings);
  const gateway = createGateway({ ...deps, api: endpoints.api, session });
  const credentials = createCredentials({ ...deps, cloud, endpoints, session });
  const bodies = createBodies({ ...deps, cloud, bucket: endpoints.bodies, credentials });
  // So that this connection's own changes aren't told to it.
  const device = Array.from(deps.randomBytes(12), (byte) => byte.toString(16).padStart(2, '0')).join('');
  const asDevice = { [DEVICE_HEADER]: device };

  async function changes(
    area: Area,
    cursor: Cursor | undefined,
    signal: AbortSignal | undefined,
  ): Promise<ChangesPage> {
    const path = `/changes/${area}${cursor === undefined ? '' : `?after=${encodeURIComponent(cursor)}`}`;
    try {
      return readChanges(await jsonOf(await gateway({ method: 'GET', path, signal })), area);
    } catch (error) {
      // What the function can't read isn't one of its cursors.
      if (cursor === undefined || !(error instanceof CloudFailure) || error.code !== 'BadRequest') throw error;
      throw new StorageError('CursorExpired', 'Satchel cloud: the stored cursor is not one of its cursors');
    }
  }

  async function ticket(signal: AbortSignal): Promise<string | undefined> {
    let answer: unknown;
    try {
      answer = await jsonOf(await gateway({ method: 'POST', path: '/ticket', json: { device }, signal }));
    } catch (error) {
      if (error instanceof CloudFailure && error.status === 404) return undefined;
      throw toStorageError(error);
    }
    const address = fieldOf(answer, 'address');
    if (typeof address !== 'string') throw foreignAnswer('POST ticket', 'something else');
    return address;
  }

  const watch = createWatch({
    ...deps,
    ticket,
    changes: (area, cursor, signal) => guarded(signal, () => changes(area, cursor, signal)),
  });

  async function put(name: ObjectName, bytes: Uint8Array<ArrayBuffer>, signal: AbortSignal | undefined): Promise<void> {
    const hash = sha256(bytes);
    const path = `/objects/${name}`;
    const isInline = bytes.length <= INLINE_BYTES;
    if (!isInline) await bodies.upload(bodyKey(accountId, hash), bytes, hash, signal);
    const request: GatewayRequest = isInline
      ? {
          method: 'PUT',
          path,
          headers: { ...asDevice, 'Content-Type': 'application/octet-stream', [SHA256_HEADER]: hash },
          body: bytes,
          patience: TRANSFER_MS,
          signal,
        }
      : {
          method: 'POST',
          path: `${path}/register`,
          headers: asDevice,
          json: { size: bytes.length, sha256: hash },
          signal,
        };
    await checkStored(request, await gateway(request));
  }

  return {
    put: (name, bytes, signal) =>
      guarded(signal, async () => {
        checkName(name);
        if (bytes.length > MAX_OBJECT_BYTES)
          throw new StorageError('Rejected', `Satchel cloud: ${bytes.length} bytes are more than an object may have`);
        // The caller may use its buffer again while this one is on its way.
        await put(name, new Uint8Array(bytes), signal);
      }),

    get: (name, range, signal) =>
      guarded(signal, async () => {
        checkName(name);
        return download({ gateway, bodies, accountId }, name, range, signal);
      }),

    changes: (area, cursor, signal) =>
      guarded(signal, async () => {
        const mark = watch.mark(area);
        const page = await changes(area, cursor, signal);
        watch.listed(area, page.cursor, mark);
        return page;
      }),

    delete: (names, signal) =>
      guarded(signal, async () => {
        names.forEach(checkName);
        const distinct = [...new Set(names)];
        for (let start = 0; start < distinct.length; start += MAX_DELETE_NAMES) {
          const json = { names: distinct.slice(start, start + MAX_DELETE_NAMES) };
          const request: GatewayRequest = { method: 'POST', path: '/delete', headers: asDevice, json, signal };
          const { status } = await gateway(request);
          if (status !== 204) throw foreignAnswer(serviceOf(request), `status ${status}`);
        }
      }),

    watch: (area, cursor, signal) => guarded(signal, () => watch(area, cursor, signal)),

    about: (signal) =>
      guarded(signal, async () => readAbout(await jsonOf(await gateway({ method: 'GET', path: '/about', signal })))),
  };
}
