/**
 * OAuth 2 with PKCE: the authorize page and the token endpoint.
 * https://www.dropbox.com/developers/documentation/http/documentation#authorization
 */
import { base64Url } from '../../stand-in-clock.ts';
import { consentPage, refusalPage } from './consent-page.ts';
import { Failure } from './failures.ts';
import { issueAccessToken, issueRefreshToken } from './tokens.ts';
import type { Code, World } from './world.ts';
import { newToken } from './world.ts';

/** What a registered app may do, in the service's App Console. */
export interface App {
  readonly clientId: string;
  /** Exact addresses. Absent: any on this computer. */
  readonly redirectUris?: readonly string[];
}

const CODE_LIFETIME = 10 * 60 * 1000;
const SCOPES = ['account_info.read', 'files.metadata.read', 'files.content.read', 'files.content.write'];

function isLoopback(url: URL): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
}

function html(status: number, body: string, nonce: string, formTarget = ''): Response {
  const policy = [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    'img-src data:',
    // A form's redirect is held to form-action as well, so the app's own address has to be in it.
    `form-action 'self' ${formTarget}`.trimEnd(),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return new Response(body, {
    status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': policy,
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'same-origin',
    },
  });
}

interface AuthorizeRequest {
  readonly clientId: string;
  readonly redirect: URL;
  readonly state: string | undefined;
  readonly challenge: string | undefined;
  readonly offline: boolean;
  readonly scopes: readonly string[];
}

/** @returns a text that says what is wrong, in which case nothing may be sent to the redirect address. */
function readAuthorize(apps: readonly App[] | undefined, query: URLSearchParams): AuthorizeRequest | string {
  const clientId = query.get('client_id') ?? '';
  const app = apps?.find((other) => other.clientId === clientId);
  if (clientId === '' || (apps && !app)) return 'Invalid client_id: no such app.';
  const redirectUri = query.get('redirect_uri') ?? '';
  if (!URL.canParse(redirectUri)) return 'Missing or invalid redirect_uri.';
  const redirect = new URL(redirectUri);
  const registered = app?.redirectUris?.includes(redirectUri) ?? isLoopback(redirect);
  if (!registered || redirect.hash !== '') return 'Invalid redirect_uri: it is not registered for this app.';
  if (query.get('response_type') !== 'code') return 'Invalid response_type: only "code" is offered here.';
  const state = query.get('state') ?? undefined;
  if (state !== undefined && new TextEncoder().encode(state).length > 500) return 'state is longer than 500 bytes.';
  const challenge = query.get('code_challenge') ?? undefined;
  if (challenge !== undefined && query.get('code_challenge_method') !== 'S256')
    return 'Invalid code_challenge_method: only S256 is offered here.';
  if (challenge !== undefined && !/^[A-Za-z0-9_-]{43}$/.test(challenge)) return 'Invalid code_challenge.';
  const scopes = query.get('scope')?.split(' ').filter(Boolean) ?? SCOPES;
  const unknown = scopes.find((scope) => !SCOPES.includes(scope));
  if (unknown !== undefined) return `Invalid scope "${unknown}": it is not ticked for this app.`;
  return { clientId, redirect, state, challenge, offline: query.get('token_access_type') === 'offline', scopes };
}

function backTo(request: AuthorizeRequest, answer: Readonly<Record<string, string>>): Response {
  const target = new URL(request.redirect);
  for (const [name, value] of Object.entries(answer)) target.searchParams.set(name, value);
  if (request.state !== undefined) target.searchParams.set('state', request.state);
  return new Response(null, { status: 302, headers: { Location: target.href, 'Cache-Control': 'no-store' } });
}

export async function authorize(world: World, apps: readonly App[] | undefined, request: Request): Promise<Response> {
  const nonce = base64Url(world.random(16));
  const submitted = request.method === 'POST';
  const site = request.headers.get('Sec-Fetch-Site');
  if (submitted && site !== null && site !== 'same-origin')
    return html(403, refusalPage('The answer came from another site.', nonce), nonce);
  const form = submitted ? new URLSearchParams(await request.text()) : new URL(request.url).searchParams;
  const asked = readAuthorize(apps, form);
  if (typeof asked === 'string') return html(400, refusalPage(asked, nonce), nonce);
  if (!submitted) {
    const page = consentPage([...world.accounts.values()], asked.scopes, form, nonce);
    return html(200, page, nonce, asked.redirect.origin);
  }
  if (form.get('decision') !== 'allow')
    return backTo(asked, { error: 'access_denied', error_description: 'The user chose not to give your app access.' });
  const account = world.accounts.get(form.get('account') ?? '');
  if (!account) return html(400, refusalPage('There is no such account.', nonce), nonce);
  const code: Code = {
    clientId: asked.clientId,
    accountId: account.id,
    scopes: asked.scopes,
    redirectUri: asked.redirect.href,
    challenge: asked.challenge,
    offline: asked.offline,
    expiresAt: world.clock.now() + CODE_LIFETIME,
  };
  const text = newToken(world, 'code-');
  world.codes.set(text, code);
  return backTo(asked, { code: text });
}

function oauthError(error: string, description: string): Failure {
  return new Failure(400, { error, error_description: description });
}

async function challengeOf(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  return base64Url(new Uint8Array(digest));
}

function scopeText(scopes: readonly string[]): string {
  return [...scopes].sort().join(' ');
}

async function exchangeCode(world: World, form: URLSearchParams): Promise<Record<string, unknown>> {
  const text = form.get('code') ?? '';
  const code = world.codes.get(text);
  world.codes.delete(text);
  if (!code || code.expiresAt <= world.clock.now())
    throw oauthError('invalid_grant', "code doesn't exist or has expired");
  if (code.clientId !== form.get('client_id')) throw oauthError('invalid_grant', 'code was issued to another app');
  if (code.redirectUri !== form.get('redirect_uri')) throw oauthError('invalid_grant', 'redirect_uri mismatch');
  const verifier = form.get('code_verifier');
  if (code.challenge === undefined)
    throw oauthError('invalid_request', 'a client without a secret has to use code_challenge');
  if (verifier === null) throw oauthError('invalid_grant', 'missing code verifier');
  if ((await challengeOf(verifier)) !== code.challenge) throw oauthError('invalid_grant', 'invalid code verifier');
  const refresh = code.offline ? issueRefreshToken(world, code) : undefined;
  const { token, expiresIn } = issueAccessToken(world, code, refresh);
  return {
    access_token: token,
    token_type: 'bearer',
    expires_in: expiresIn,
    ...(refresh !== undefined && { refresh_token: refresh }),
    scope: scopeText(code.scopes),
    uid: world.accounts.get(code.accountId)?.uid ?? '',
    account_id: code.accountId,
  };
}

function refreshToken(world: World, form: URLSearchParams): Record<string, unknown> {
  const text = form.get('refresh_token') ?? '';
  const grant = world.refreshTokens.get(text);
  if (!grant) throw oauthError('invalid_grant', 'refresh token is invalid or revoked');
  if (grant.clientId !== form.get('client_id')) throw oauthError('invalid_grant', 'refresh token is for another app');
  const { token, expiresIn } = issueAccessToken(world, grant, text);
  return { access_token: token, token_type: 'bearer', expires_in: expiresIn };
}

/** Takes a form, as RFC 6749 says, or the query, as the official SDK does. @throws {Failure} */
export async function exchange(world: World, request: Request): Promise<Response> {
  if (request.method !== 'POST') throw oauthError('invalid_request', 'POST is needed');
  const form = new URL(request.url).searchParams;
  const type = request.headers.get('Content-Type') ?? '';
  if (type.startsWith('application/x-www-form-urlencoded'))
    for (const [name, value] of new URLSearchParams(await request.text())) form.set(name, value);
  const kind = form.get('grant_type');
  if (kind !== 'authorization_code' && kind !== 'refresh_token')
    throw oauthError('unsupported_grant_type', 'expected authorization_code or refresh_token');
  const answer = kind === 'authorization_code' ? await exchangeCode(world, form) : refreshToken(world, form);
  return Response.json(answer, { headers: { 'Cache-Control': 'no-store' } });
}
