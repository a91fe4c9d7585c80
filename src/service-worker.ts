/**
 * The service worker: Satchel opens from its own cache, at once, whether the network is there, away, or
 * hanging. It answers with the build that was installed whole; a newer build waits until the page asks for
 * it with the message `SKIP_WAITING`, so that no page is ever mixed from two builds or reloaded while
 * somebody types.
 */
import { addPlugins, cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import { contentSecurityPolicy, type PolicyConfig } from './content-security-policy.ts';

declare const self: ServiceWorkerGlobalScope & {
  /** Filled in by the build: every file of it, with its revision. */
  readonly __WB_MANIFEST: { url: string; revision: string | null }[];
};

const CONFIG_CACHE = 'satchel-config';
const CONFIG_URL = new URL('config.json', self.registration.scope).href;
/** Long enough for a slow phone; ends the fetch from a server that accepts and never answers. */
const CONFIG_TIMEOUT_MS = 10_000;

/**
 * Pages and workers carry the policy that they were cached with, but `config.json` may have changed since:
 * the answer gets the policy of the configuration that the page is about to read.
 */
addPlugins([
  {
    handlerWillRespond: async ({ response, event }) => {
      if (!(event instanceof FetchEvent) || !carriesPolicy(event.request)) return response;
      const config = await readConfig(await cachedConfig());
      if (!config) return response;
      const headers = new Headers(response.headers);
      headers.set('Content-Security-Policy', contentSecurityPolicy(config));
      return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
    },
  },
]);
cleanupOutdatedCaches();
precacheAndRoute(self.__WB_MANIFEST);
registerRoute(({ url }) => url.href === CONFIG_URL, answerConfig);
registerRoute(new NavigationRoute(createHandlerBoundToURL('index.html'), { denylist: [/\/config\.json$/] }));

self.addEventListener('install', (event) => event.waitUntil(rememberConfig()));

// The page that installed us is served by us from now on, so that it too finds its lazy chunks offline.
// A later version gets here only after SKIP_WAITING, when its pages are about to reload.
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('message', (event: ExtendableMessageEvent) => {
  const message: unknown = event.data;
  if (typeof message === 'object' && message !== null && 'type' in message && message.type === 'SKIP_WAITING') {
    event.waitUntil(self.skipWaiting());
  }
});

/** What is cached, at once, while a newer one is fetched for the next time; only a first visit waits for the network. */
async function answerConfig({ event }: { event: ExtendableEvent }): Promise<Response> {
  const cached = await cachedConfig();
  const fetched = rememberConfig();
  if (cached) {
    event.waitUntil(fetched);
    return cached;
  }
  return (await fetched) ?? new Response('config.json could not be fetched', { status: 504 });
}

async function cachedConfig(): Promise<Response | undefined> {
  return (await caches.open(CONFIG_CACHE)).match(CONFIG_URL);
}

/** Fetches and keeps the configuration. Without a network, or with a broken answer, what is kept stays. */
async function rememberConfig(): Promise<Response | undefined> {
  try {
    const response = await fetch(CONFIG_URL, { cache: 'no-cache', signal: AbortSignal.timeout(CONFIG_TIMEOUT_MS) });
    if (!response.ok || !(await readConfig(response.clone()))) return undefined;
    await (await caches.open(CONFIG_CACHE)).put(CONFIG_URL, response.clone());
    return response;
  } catch {
    return undefined;
  }
}

/** A captive portal's login page, or a configuration that no policy can be made from, counts as none. */
async function readConfig(response: Response | undefined): Promise<PolicyConfig | undefined> {
  try {
    const config = (await response?.clone().json()) as PolicyConfig | undefined;
    if (config) contentSecurityPolicy(config);
    return config;
  } catch {
    return undefined;
  }
}

/** A dedicated or shared worker has its own policy: the one that its script came with. */
function carriesPolicy({ destination }: Request): boolean {
  return destination === 'document' || destination === 'worker' || destination === 'sharedworker';
}
