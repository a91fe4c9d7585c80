/**
 * A `fetch` that holds to CORS as a browser does: it sends preflights, fails without a word when they or the answer
 * don't allow the page, and hides what isn't exposed. For tests that have no browser at hand.
 * https://fetch.spec.whatwg.org/#http-cors-protocol
 */

const SAFE_TYPES = new Set(['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain']);
const ALWAYS_EXPOSED = new Set([
  'cache-control',
  'content-language',
  'content-length',
  'content-type',
  'expires',
  'last-modified',
  'pragma',
]);

/** The headers that make a preflight necessary. */
function unsafeHeaders(headers: Headers): string[] {
  return [...headers.keys()].filter((name) => {
    const value = headers.get(name) ?? '';
    if (name === 'content-type') return !SAFE_TYPES.has(value.split(';')[0]?.trim().toLowerCase() ?? '');
    if (name === 'range') return !/^bytes=\d+-\d*$/.test(value);
    return !['accept', 'accept-language', 'content-language', 'origin'].includes(name);
  });
}

function listed(response: Response, header: string): string[] {
  return (response.headers.get(header) ?? '').split(',').map((name) => name.trim().toLowerCase());
}

function allowsOrigin(response: Response, origin: string): boolean {
  return ['*', origin].includes(response.headers.get('Access-Control-Allow-Origin') ?? '');
}

const refused = () => new TypeError('Failed to fetch');

/** @param inner leads to the server. @param origin the page's, for example "https://notes.example". */
export function browserFetch(inner: typeof fetch, origin: string): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const unsafe = unsafeHeaders(request.headers);
    if (unsafe.length > 0) {
      const headers = {
        Origin: origin,
        'Access-Control-Request-Method': request.method,
        'Access-Control-Request-Headers': unsafe.join(','),
      };
      const preflight = await inner(new Request(request.url, { method: 'OPTIONS', headers }));
      const allowed = listed(preflight, 'Access-Control-Allow-Headers');
      if (!preflight.ok || !allowsOrigin(preflight, origin) || !unsafe.every((name) => allowed.includes(name)))
        throw refused();
    }
    const headers = new Headers(request.headers);
    headers.set('Origin', origin);
    const response = await inner(new Request(request, { headers }));
    if (!allowsOrigin(response, origin)) throw refused();
    const exposed = listed(response, 'Access-Control-Expose-Headers');
    const visible = [...response.headers].filter(([name]) => ALWAYS_EXPOSED.has(name) || exposed.includes(name));
    return new Response(response.body, { status: response.status, headers: visible });
  };
}
