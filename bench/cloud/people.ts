/** People with accounts at a cloud on this computer, and what their devices send to it, timed by route. */
import { WebSocket } from 'ws';
import { createAwsStorage } from '../../backends/aws/client.ts';
import { fetchCloud } from '../../backends/aws/cloud.ts';
import type { CloudProcess } from '../../backends/aws/local/cloud-process.ts';
import { signUpAt } from '../../backends/aws/local/test-caller.ts';
import type { AwsSettings } from '../../backends/aws/settings.ts';
import { sleep } from '../../backends/sleep.ts';
import type { Storage } from '../../backends/storage.ts';

const HOUR = 3_600_000;
const PASSWORD = 'a password of some length';

/** @param number tells people apart */
export async function signUp(cloud: CloudProcess, number: number): Promise<AwsSettings> {
  const email = `person-${number}@example.org`;
  const { sub, idToken } = await signUpAt(cloud, (to) => cloud.codeFor(to), email, PASSWORD);
  const api = cloud.endpoints.api;
  return {
    api,
    cloud: await fetchCloud({ fetch }, api),
    email,
    accountId: sub,
    // Good for an hour, so that nobody has to renew it while this is measured.
    tokens: { idToken, accessToken: idToken, refreshToken: 'none', expiresAt: Date.now() + HOUR },
  };
}

/** A request's route, status, and ms until its answer was there. */
export type Told = (route: string, status: number, ms: number) => void;

export function openTimed(settings: AwsSettings, told: Told): Storage {
  const { api } = settings;
  return createAwsStorage(settings, {
    async fetch(input, init) {
      const request = new Request(input, init);
      const began = performance.now();
      const response = await fetch(request);
      // With its bytes: they are small, and read by the client once more from memory.
      const bytes = await response.arrayBuffer();
      told(routeOf(request, api), response.status, performance.now() - began);
      const { status, headers } = response;
      return new Response(bytes.byteLength === 0 ? null : bytes, { status, headers });
    },
    now: Date.now,
    sleep,
    save: async () => undefined,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    openSocket: (address) => new WebSocket(address),
  });
}

function routeOf({ method, url }: Request, api: string): string {
  if (!url.startsWith(`${api}/`)) return url.includes('/bodies/') ? `S3 ${method}` : 'identity pool';
  const path = url.slice(api.length + '/v1/'.length);
  return path.endsWith('/register') ? 'POST register' : `${method} ${/^[a-z]+/.exec(path)?.[0] ?? ''}`;
}
