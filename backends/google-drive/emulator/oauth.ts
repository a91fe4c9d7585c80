/**
 * OAuth 2 as the service has it: a code for those who hold the client's secret, a token at once for those who don't.
 * https://developers.google.com/identity/protocols/oauth2/web-server
 * https://developers.google.com/identity/protocols/oauth2/javascript-implicit-flow
 */
import { base64Url } from '../../stand-in-clock.ts';
import { consentPage, refusalPage } from './consent-page.ts';
import { Failure } from './failures.ts';
import { SCOPES } from './store.ts';
import { grantOf, issueAccessToken, issueRefreshToken, revokeGrant } from './tokens.ts';
import type { Code, Grant, World } from './world.ts';
import { newToken } from './world.ts';

/** A client id of the kind "Web application", as registered in the service's console. */
export interface App {
  readonly clientId: string;
  readonly secret: string;
  /** Exact addresses. Absent: any on this computer. */
  readonly redirectUris?: readonly string[];
}

const CODE_LIFETIME = 10 * 60 * 1000;

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
  readonly responseType: 'code' | 'token';
  readonly state: string | undefined;
  readonly challenge: string | undefined;
  readonly offline: boolean;
  readonly prompt: readonly string[];
  readonly hint: string | undefined;
  readonly scopes: readonly string[];
}

/** @returns a text that says what is wrong, in which case nothing may be sent to the redirect address. */
function readAuthorize(apps: readonly App[], query: URLSearchParams): AuthorizeRequest | string {
  const clientId = query.get('client_id') ?? '';
  const app = apps.find((other) => other.clientId === clientId);
  if (!app) return 'Error 401: invalid_client. The OAuth client was not found.';
  const redirectUri = query.get('redirect_uri') ?? '';
  if (!URL.canParse(redirectUri)) return 'Error 400: invalid_request. Missing or invalid redirect_uri.';
  const redirect = new URL(redirectUri);
  const registered = app.redirectUris?.includes(redirectUri) ?? isLoopback(redirect);
  if (!registered || redirect.hash !== '') return 'Error 400: redirect_uri_mismatch.';
  const responseType = query.get('response_type');
  if (responseType !== 'code' && responseType !== 'token')
    return 'Error 400: unsupported_response_type. There are "code" and "token".';
  const challenge = query.get('code_challenge') ?? undefined;
  if (challenge !== undefined && query.get('code_challenge_method') !== 'S256')
    return 'Error 400: invalid_request. Only S256 is offered here as code_challenge_method.';
  const offline = query.get('access_type') === 'offline';
  if (offline && responseType === 'token')
    return 'Error 400: invalid_request. access_type=offline is not for response_type=token.';
  const scopes = query.get('scope')?.split(' ').filter(Boolean) ?? [];
  const known: readonly string[] = Object.values(SCOPES);
  const unknown = scopes.find((scope) => !known.includes(scope));
  if (scopes.length === 0) return 'Error 400: invalid_request. Missing required parameter: scope.';
  if (unknown !== undefined) return `Error 400: invalid_scope. No app needs "${unknown}" here.`;
  return {
    clientId,
    redirect,
    responseType,
    state: query.get('state') ?? undefined,
    challenge,
    offline,
    prompt: query.get('prompt')?.split(' ') ?? [],
    hint: query.get('login_hint') ?? undefined,
    scopes,
  };
}

/** A code comes back in the query, a token in the fragment, which no server sees. */
function backTo(request: AuthorizeRequest, answer: Readonly<Record<string, string>>): Response {
  const target = new URL(request.redirect);
  const all = { ...answer, ...(request.state !== undefined && { state: request.state }) };
  if (request.responseType === 'token') target.hash = new URLSearchParams(all).toString();
  else for (const [name, value] of Object.entries(all)) target.searchParams.set(name, value);
  return new Response(null, { status: 302, headers: { Location: target.href, 'Cache-Control': 'no-store' } });
}

const isGrantOf = (clientId: string, accountId: string) => (grant: Grant) =>
  grant.clientId === clientId && grant.accountId === accountId;

function granted(world: World, asked: AuthorizeRequest, accountId: string): boolean {
  const known = [...world.refreshTokens.values(), ...world.accessTokens.values()];
  return known
    .filter(isGrantOf(asked.clientId, accountId))
    .some((grant) => asked.scopes.every((scope) => grant.scopes.includes(scope)));
}

/** The person said yes, now or before. */
function allow(world: World, asked: AuthorizeRequest, accountId: string, scopes: readonly string[]): Response {
  const grant: Grant = { clientId: asked.clientId, accountId, scopes };
  if (asked.responseType === 'token') {
    const { token, expiresIn } = issueAccessToken(world, grant);
    return backTo(asked, {
      access_token: token,
      token_type: 'Bearer',
      expires_in: String(expiresIn),
      scope: scopes.join(' '),
    });
  }
  // A refresh token comes with the first consent, or when consent is asked for again.
  const isFirst = ![...world.refreshTokens.values()].some(isGrantOf(asked.clientId, accountId));
  const code: Code = {
    ...grant,
    redirectUri: asked.redirect.href,
    challenge: asked.challenge,
    offline: asked.offline && (isFirst || asked.prompt.includes('consent')),
    expiresAt: world.clock.now() + CODE_LIFETIME,
  };
  const text = newToken(world, '4/0');
  world.codes.set(text, code);
  return backTo(asked, { code: text, scope: scopes.join(' ') });
}

export async function authorize(world: World, apps: readonly App[], request: Request): Promise<Response> {
  const nonce = base64Url(world.random(16));
  const submitted = request.method === 'POST';
  const site = request.headers.get('Sec-Fetch-Site');
  if (submitted && site !== null && site !== 'same-origin')
    return html(403, refusalPage('The answer came from another site.', nonce), nonce);
  const form = submitted ? new URLSearchParams(await request.text()) : new URL(request.url).searchParams;
  const asked = readAuthorize(apps, form);
  if (typeof asked === 'string') return html(400, refusalPage(asked, nonce), nonce);
  const accounts = [...world.accounts.values()];
  const hinted = accounts.find(({ email, id }) => asked.hint === email || asked.hint === id);
  if (!submitted && asked.prompt.includes('none')) {
    if (hinted && granted(world, asked, hinted.id)) return allow(world, asked, hinted.id, asked.scopes);
    return backTo(asked, { error: 'interaction_required' });
  }
  if (!submitted) {
    const chosen = hinted ?? accounts[0];
    return html(200, consentPage(accounts, chosen?.id, asked.scopes, form, nonce), nonce, asked.redirect.origin);
  }
  if (form.get('decision') !== 'allow') return backTo(asked, { error: 'access_denied' });
  const account = world.accounts.get(form.get('account') ?? '');
  if (!account) return html(400, refusalPage('There is no such account.', nonce), nonce);
  // With more than one wish, the person may grant some of them.
  const given = new Set(form.getAll('granted'));
  const scopes = asked.scopes.length > 1 ? asked.scopes.filter((scope) => given.has(scope)) : asked.scopes;
  if (scopes.length === 0) return backTo(asked, { error: 'access_denied' });
  return allow(world, asked, account.id, scopes);
}

function oauthError(status: number, error: string, description?: string): Failure {
  return new Failure(status, { error, ...(description !== undefined && { error_description: description }) });
}

async function challengeOf(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  return base64Url(new Uint8Array(digest));
}

/** A web client has to prove itself with its secret, also where PKCE is used. @throws {Failure} */
function checkClient(apps: readonly App[], form: URLSearchParams): void {
  const app = apps.find(({ clientId }) => clientId === form.get('client_id'));
  if (!app) throw oauthError(401, 'invalid_client', 'The OAuth client was not found.');
  const secret = form.get('client_secret');
  if (secret === null) throw oauthError(400, 'invalid_request', 'client_secret is missing.');
  if (secret !== app.secret) throw oauthError(401, 'invalid_client', 'The provided client secret is invalid.');
}

function answerOf(world: World, grant: Grant, refreshToken: string | undefined): Record<string, unknown> {
  const { token, expiresIn } = issueAccessToken(world, grant);
  return {
    access_token: token,
    expires_in: expiresIn,
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    scope: grant.scopes.join(' '),
    token_type: 'Bearer',
  };
}

async function exchangeCode(world: World, form: URLSearchParams): Promise<Record<string, unknown>> {
  const text = form.get('code') ?? '';
  const code = world.codes.get(text);
  world.codes.delete(text);
  if (!code || code.expiresAt <= world.clock.now() || code.clientId !== form.get('client_id'))
    throw oauthError(400, 'invalid_grant', 'Malformed auth code.');
  if (code.redirectUri !== form.get('redirect_uri')) throw oauthError(400, 'redirect_uri_mismatch', 'Bad Request');
  const verifier = form.get('code_verifier');
  if (code.challenge !== undefined && verifier === null)
    throw oauthError(400, 'invalid_grant', 'Missing code verifier.');
  if (code.challenge !== undefined && (await challengeOf(verifier ?? '')) !== code.challenge)
    throw oauthError(400, 'invalid_grant', 'Invalid code verifier.');
  return answerOf(world, code, code.offline ? issueRefreshToken(world, code) : undefined);
}

function refresh(world: World, form: URLSearchParams): Record<string, unknown> {
  const grant = grantOf(world, form.get('refresh_token') ?? '');
  if (!grant || grant.clientId !== form.get('client_id'))
    throw oauthError(400, 'invalid_grant', 'Token has been expired or revoked.');
  return answerOf(world, grant, undefined);
}

/** The form, and what stands in the address. */
async function formOf(request: Request): Promise<URLSearchParams> {
  const form = new URL(request.url).searchParams;
  const type = request.headers.get('Content-Type') ?? '';
  if (type.startsWith('application/x-www-form-urlencoded'))
    for (const [name, value] of new URLSearchParams(await request.text())) form.set(name, value);
  return form;
}

/** @throws {Failure} */
export async function exchange(world: World, apps: readonly App[], request: Request): Promise<Response> {
  if (request.method !== 'POST') throw oauthError(405, 'invalid_request', 'POST is needed.');
  const form = await formOf(request);
  const kind = form.get('grant_type');
  if (kind !== 'authorization_code' && kind !== 'refresh_token')
    throw oauthError(400, 'unsupported_grant_type', 'Invalid grant_type.');
  checkClient(apps, form);
  const answer = kind === 'authorization_code' ? await exchangeCode(world, form) : refresh(world, form);
  return Response.json(answer, { headers: { 'Cache-Control': 'no-store' } });
}

/** Ends all that the account gave the app, whichever of its tokens is named. @throws {Failure} */
export async function revoke(world: World, request: Request): Promise<Response> {
  const token = (await formOf(request)).get('token') ?? '';
  const grant = world.accessTokens.get(token) ?? world.refreshTokens.get(token);
  if (!grant) throw oauthError(400, 'invalid_token', 'Token expired or revoked');
  revokeGrant(world, grant);
  return Response.json({});
}
