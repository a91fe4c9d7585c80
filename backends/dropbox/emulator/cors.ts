/**
 * CORS as clients have found it on the service: any origin, a preflight for what isn't a simple request, and a
 * URL-parameter mode that needs none. The exact lists of headers aren't documented; these are what browser
 * clients rely on, and no more.
 * https://www.dropbox.com/developers/documentation/http/documentation#browser-based-javascript-and-cors-pre-flight-requests
 */

const ALLOWED_HEADERS = 'Authorization, Content-Type, Dropbox-API-Arg, Dropbox-API-Path-Root, If-None-Match, Range';
/** Retry-After isn't among them: clients have to do with the body's `retry_after`. */
const EXPOSED_HEADERS = 'Dropbox-API-Result, Content-Range, ETag';

export function preflight(refused: boolean): Response {
  if (refused) return new Response('CORS preflight rejected', { status: 403 });
  return new Response(null, {
    status: 200,
    headers: {
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Allow-Methods': 'GET, POST, OPTIONS',
      'Access-Control-Allow-Headers': ALLOWED_HEADERS,
      'Access-Control-Max-Age': '600',
    },
  });
}

export function withCors(response: Response): Response {
  const headers = new Headers(response.headers);
  headers.set('Access-Control-Allow-Origin', '*');
  headers.set('Access-Control-Expose-Headers', EXPOSED_HEADERS);
  return new Response(response.body, { status: response.status, headers });
}
