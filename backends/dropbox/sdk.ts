/**
 * The official SDK, for the calls that it serves: all RPCs and the upload. It is loaded when the first call is
 * made, so that a page that only shows notes doesn't pay for it, and it is given a `fetch` of ours, which adds what
 * it lacks: cancelling, other addresses, the token and its renewal, and URL-parameter mode.
 *
 * What it doesn't serve is done without it: downloads (no ranges, and it fails on an answer whose metadata header
 * the browser hides), longpolls (it would renew a token first, which they don't need), and OAuth (it puts the refresh
 * token into the address and makes a weak PKCE verifier in browsers).
 */
import type { Dropbox } from 'dropbox';
import { fieldOf } from '../field-of.ts';
import { StorageError } from '../storage.ts';
import { dropboxFailure } from './failure.ts';
import type { DropboxHost, Transport } from './transport.ts';

const SDK_ADDRESS = /^https:\/\/(api|content)\.dropboxapi\.com\/2\/(.+)$/;

/** Loads the SDK. @throws {StorageError} */
async function load(): Promise<typeof Dropbox> {
  try {
    return (await import('dropbox')).Dropbox;
  } catch (cause) {
    throw new StorageError('Unavailable', "Dropbox: this app's part for it cannot be loaded", { cause });
  }
}

function bytesOf(body: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (typeof body === 'string') return new TextEncoder().encode(body);
  return body instanceof Uint8Array ? new Uint8Array(body) : undefined;
}

/** What the SDK throws for an answer that isn't a success. */
function isResponseError(error: unknown): error is { status: number; headers: Headers; error: unknown } {
  return fieldOf(error, 'name') === 'DropboxResponseError' && typeof fieldOf(error, 'status') === 'number';
}

export type SdkCall = <T>(
  route: string,
  signal: AbortSignal | undefined,
  call: (sdk: Dropbox) => Promise<{ readonly result: T }>,
) => Promise<T>;

/** The calls throw DropboxFailure for what Dropbox refuses, and whatever the transport throws. */
export function createSdkCall(transport: Transport): SdkCall {
  return async (route, signal, call) => {
    const SdkDropbox = await load();
    const sdkFetch = async (url: string, init: RequestInit): Promise<Response> => {
      const match = SDK_ADDRESS.exec(url);
      if (!match?.[2]) throw new StorageError('Rejected', `Dropbox: the SDK sent ${route} to an unknown host`);
      const headers = Object.fromEntries(new Headers(init.headers));
      const argument = headers['dropbox-api-arg'];
      delete headers['dropbox-api-arg'];
      const body = bytesOf(init.body);
      return transport({
        host: match[1] as DropboxHost,
        route: match[2],
        headers: argument === undefined ? headers : { ...headers, 'Dropbox-API-Arg': argument },
        ...(body && { body }),
        withToken: true,
        signal,
      });
    };
    try {
      // One instance a call: it is the only way to hand the SDK a signal, and costs no request.
      const { result } = await call(new SdkDropbox({ fetch: sdkFetch }));
      return result;
    } catch (error) {
      if (isResponseError(error)) throw dropboxFailure(route, error.status, error.headers, error.error);
      throw error;
    }
  };
}
