/**
 * CORS as browser clients rely on it: the origin is echoed, and these headers come through. The exact lists are
 * not documented.
 */

const ALLOWED_HEADERS = [
  'Authorization',
  'Content-Type',
  'Content-Range',
  'Range',
  'X-Upload-Content-Type',
  'X-Upload-Content-Length',
].join(', ');
/** Retry-After isn't among them. */
const EXPOSED_HEADERS = 'Content-Length, Content-Range, Location, Range, WWW-Authenticate';

export function preflight(request: Request, refused: boolean): Response {
  if (refused) return new Response(null, { status: 403 });
  return new Response(null, {
    status: 200,
    headers: {
      'Access-Control-Allow-Origin': request.headers.get('Origin') ?? '*',
      'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE, OPTIONS',
      'Access-Control-Allow-Headers': ALLOWED_HEADERS,
      'Access-Control-Max-Age': '3600',
      Vary: 'Origin',
    },
  });
}

export function withCors(request: Request, response: Response): Response {
  const headers = new Headers(response.headers);
  headers.set('Access-Control-Allow-Origin', request.headers.get('Origin') ?? '*');
  headers.set('Access-Control-Expose-Headers', EXPOSED_HEADERS);
  headers.append('Vary', 'Origin');
  return new Response(response.body, { status: response.status, headers });
}
