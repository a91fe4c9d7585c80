/**
 * The Content-Security-Policy that Satchel is served under, made from `config.json`. Whoever serves the
 * build sends it with every response; the service worker sets it again on what it answers from its cache,
 * so that a changed `config.json` reaches the policy without a new build.
 */

/** What the policy needs to know of `config.json`: each provider's addresses, where they aren't the usual ones. */
export type PolicyConfig = Readonly<
  Record<string, { readonly endpoints?: Readonly<Record<string, string>> } | undefined>
>;

/**
 * The addresses that each provider's client fetches from, by the names that its `endpoints` may replace.
 * They are allowed for a provider that isn't configured too: a person may enter a client id of their own.
 */
const USUAL_ENDPOINTS: PolicyConfig = {
  dropbox: {
    endpoints: {
      api: 'https://api.dropboxapi.com',
      content: 'https://content.dropboxapi.com',
      notify: 'https://notify.dropboxapi.com',
    },
  },
};

/** The browser goes there and comes back; nothing is fetched from it. */
const CONSENT_PAGE = 'authorize';

/** @throws {TypeError} when an endpoint in the configuration isn't the address of a server or a socket. */
export function contentSecurityPolicy(config: PolicyConfig): string {
  const directives: Record<string, readonly string[]> = {
    'default-src': ["'self'"],
    // WebAssembly: Argon2id, the slow hash of the passphrase.
    'script-src': ["'self'", "'wasm-unsafe-eval'"],
    // CodeMirror writes its style sheets into <style> elements at run time, and sets style attributes.
    'style-src': ["'self'", "'unsafe-inline'"],
    // A person's own AWS account has host names that nobody knows beforehand. Its socket has one, too.
    'connect-src': ["'self'", ...providerOrigins(config), 'https://*.amazonaws.com', 'wss://*.amazonaws.com'],
    'img-src': ["'self'", 'data:', 'blob:'],
    'font-src': ["'self'"],
    'worker-src': ["'self'"],
    'manifest-src': ["'self'"],
    'object-src': ["'none'"],
    'frame-src': ["'none'"],
    'base-uri': ["'none'"],
    'form-action': ["'self'"],
    'frame-ancestors': ["'none'"],
    // No text becomes markup or script by accident. public/before-paint.js makes the one policy there is, which
    // lets the app start its own workers.
    'require-trusted-types-for': ["'script'"],
    'trusted-types': ['default'],
  };
  return Object.entries(directives)
    .map(([name, values]) => `${name} ${values.join(' ')}`)
    .join('; ');
}

function providerOrigins(config: PolicyConfig): string[] {
  const origins = new Set<string>();
  for (const provider of new Set([...Object.keys(USUAL_ENDPOINTS), ...Object.keys(config)])) {
    const endpoints = { ...USUAL_ENDPOINTS[provider]?.endpoints, ...config[provider]?.endpoints };
    for (const [name, address] of Object.entries(endpoints)) {
      if (name !== CONSENT_PAGE) origins.add(originOf(address, `${provider}.endpoints.${name}`));
    }
  }
  return [...origins];
}

/**
 * Only the origin goes into the header, and only if it is of plain letters: a URL's host may hold a semicolon
 * or an asterisk, which mean something else in a policy.
 */
function originOf(address: string, where: string): string {
  const origin = URL.canParse(address) ? new URL(address).origin : '';
  if (!/^(?:http|ws)s?:\/\/[a-z0-9.:-]+$/.test(origin)) {
    throw new TypeError(`config.json: ${where} is "${address}", which isn't an http, https, ws or wss address`);
  }
  return origin;
}
