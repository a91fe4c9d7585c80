/**
 * Misbehaviour on request: which calls it strikes, how often, and what then happens. A fault is plain JSON, so
 * that a test in a browser can set it over HTTP; only `hold`, which needs a hand to let go, is for programs.
 */
import type { auth } from 'dropbox';
import { ConnectionDropped, Failure, authError, badInput, rateLimit } from './failures.ts';

export type Fault =
  /** The connection ends without an answer, before or after the call took effect. */
  | { readonly kind: 'drop'; readonly when: 'before' | 'after' }
  | { readonly kind: 'delay'; readonly ms: number }
  | {
      readonly kind: 'rate-limit';
      readonly body: 'json' | 'text';
      /** Seconds. Absent: neither header nor field says how long. */
      readonly retryAfter?: number;
      /** The seconds are only in the header, or only in the body. Absent: in both, where the body can hold it. */
      readonly where?: 'header' | 'body';
      readonly reason?: auth.RateLimitReason['.tag'];
    }
  /** An HTML page of the front end. */
  | { readonly kind: 'unavailable'; readonly status: 500 | 502 | 503 }
  | { readonly kind: 'unauthorized'; readonly tag: 'expired_access_token' | 'invalid_access_token' | 'user_suspended' }
  | { readonly kind: 'missing-scope'; readonly scope: string }
  /** A success that is some login page. */
  | { readonly kind: 'html' }
  /** The answer carries no CORS headers. */
  | { readonly kind: 'no-cors' }
  /** Preflights are refused; only the calls that need none come through. */
  | { readonly kind: 'refuse-preflight' }
  /** The body ends after so many bytes. `cut`: the connection breaks there; otherwise it ends as if that were all. */
  | { readonly kind: 'truncate'; readonly bytes: number; readonly cut: boolean }
  /** Any route error as the API would put it, known or not. */
  | { readonly kind: 'error'; readonly status?: 403 | 409; readonly error: Readonly<Record<string, unknown>> }
  /** 400 with plain text, as for arguments that make no sense. */
  | { readonly kind: 'bad-input'; readonly text: string }
  | { readonly kind: 'empty-page' }
  /** In a batch: these entries fail (absent: every second one), the others go on. */
  | { readonly kind: 'entry-failures'; readonly error: Readonly<Record<string, unknown>>; readonly entries?: number[] }
  /** A delete job that fails as a whole, or that runs for so many polls. */
  | { readonly kind: 'delete-job'; readonly polls: number; readonly failed?: 'too_many_write_operations' | 'other' }
  /** Only the first bytes of an append arrive, and the connection ends. */
  | { readonly kind: 'partial-append'; readonly bytes: number }
  | { readonly kind: 'session-expired' }
  | {
      readonly kind: 'hold';
      readonly moment: 'request' | 'reply';
      readonly reached: () => void;
      readonly released: Promise<void>;
    };

/** Those that can be set over HTTP. */
export const FAULT_KINDS: readonly string[] = [
  'drop',
  'delay',
  'rate-limit',
  'unavailable',
  'unauthorized',
  'missing-scope',
  'html',
  'no-cors',
  'refuse-preflight',
  'truncate',
  'error',
  'bad-input',
  'empty-page',
  'entry-failures',
  'delete-job',
  'partial-append',
  'session-expired',
] satisfies Exclude<Fault['kind'], 'hold'>[];

export interface FaultRule {
  /** A route such as "files/upload" or "oauth2/token"; "files/*" for all that begin so; "a|b" for either. */
  readonly route: string;
  readonly fault: Fault;
  /** How many calls it strikes. Absent: one. "always": until the faults are cleared. */
  readonly times?: number | 'always';
  /** How many matching calls go by before it strikes. */
  readonly skip?: number;
}

export interface Faults {
  readonly add: (rule: FaultRule) => void;
  readonly clear: () => void;
  /** The oldest fault that is meant for this call, if there is one: faults for one route wait for their turn. */
  strike(route: string, preflight: boolean): Fault | undefined;
}

function matches(pattern: string, route: string): boolean {
  return pattern.split('|').some((one) => (one.endsWith('*') ? route.startsWith(one.slice(0, -1)) : one === route));
}

export function createFaults(): Faults {
  let rules: { rule: FaultRule; skip: number; left: number }[] = [];
  return {
    add(rule) {
      const left = rule.times === 'always' ? Number.POSITIVE_INFINITY : (rule.times ?? 1);
      rules.push({ rule, skip: rule.skip ?? 0, left });
    },
    clear() {
      rules = [];
    },
    strike(route, preflight) {
      const entry = rules.find(
        ({ rule }) => (rule.fault.kind === 'refuse-preflight') === preflight && matches(rule.route, route),
      );
      if (!entry) return undefined;
      if (entry.skip > 0) {
        entry.skip -= 1;
        return undefined;
      }
      entry.left -= 1;
      rules = rules.filter((other) => other.left > 0);
      return entry.rule.fault;
    },
  };
}

const HTML = { 'Content-Type': 'text/html; charset=utf-8' };

function loginPage(): Response {
  const page = '<!DOCTYPE html><html><head><title>Sign in to the network</title></head><body>Welcome!</body></html>';
  return new Response(page, { status: 200, headers: HTML });
}

function rateLimitFailure(fault: Extract<Fault, { kind: 'rate-limit' }>): Failure {
  const reason = fault.reason ?? 'too_many_requests';
  const seconds = fault.retryAfter;
  const inHeader = seconds !== undefined && fault.where !== 'body';
  const headers: Record<string, string> = inHeader ? { 'Retry-After': String(seconds) } : {};
  if (fault.body === 'text') return new Failure(429, reason, headers);
  const full = rateLimit(reason, seconds ?? 1);
  if (seconds !== undefined && fault.where !== 'header') return new Failure(429, full.body, headers);
  return new Failure(429, { error_summary: `${reason}/`, error: { reason: { '.tag': reason } } }, headers);
}

/** What the fault answers in place of the call, if it does. */
function refusal(route: string, fault: Fault): Failure | undefined {
  if (fault.kind === 'rate-limit') return rateLimitFailure(fault);
  if (fault.kind === 'unavailable')
    return new Failure(fault.status, '<html><body><h1>Something went wrong</h1></body></html>', HTML);
  if (fault.kind === 'unauthorized') return authError({ '.tag': fault.tag });
  if (fault.kind === 'missing-scope') return authError({ '.tag': 'missing_scope', required_scope: fault.scope });
  if (fault.kind === 'error')
    return new Failure(fault.status ?? 409, { error_summary: `${String(fault.error['.tag'])}/`, error: fault.error });
  if (fault.kind === 'bad-input') return badInput(route, fault.text);
  return undefined;
}

/** Plays a fault that comes before the call takes effect. @throws {Failure | ConnectionDropped} */
export async function sufferBefore(
  route: string,
  fault: Fault | undefined,
  wait: (ms: number) => Promise<void>,
): Promise<void> {
  if (!fault) return;
  if (fault.kind === 'delay') await wait(fault.ms);
  if (fault.kind === 'hold' && fault.moment === 'request') {
    fault.reached();
    await fault.released;
  }
  if (fault.kind === 'drop' && fault.when === 'before') throw new ConnectionDropped();
  const failure = refusal(route, fault);
  if (failure) throw failure;
}

function truncated(response: Response, bytes: number, cut: boolean): Response {
  if (!response.body) return response;
  let left = bytes;
  const shorten = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      if (left > 0) controller.enqueue(chunk.subarray(0, left));
      left -= chunk.length;
      if (left >= 0) return;
      if (cut) controller.error(new ConnectionDropped());
      else controller.terminate();
    },
  });
  const headers = new Headers(response.headers);
  if (!cut) headers.delete('Content-Length');
  return new Response(response.body.pipeThrough(shorten), { status: response.status, headers });
}

/** Plays a fault that spoils the answer of a call that took effect. @throws {ConnectionDropped} */
export async function sufferAfter(fault: Fault | undefined, response: Response): Promise<Response> {
  if (fault?.kind === 'hold' && fault.moment === 'reply') {
    fault.reached();
    await fault.released;
  }
  if (fault?.kind === 'drop' && fault.when === 'after') throw new ConnectionDropped();
  if (fault?.kind === 'html') return loginPage();
  if (fault?.kind === 'truncate') return truncated(response, fault.bytes, fault.cut);
  return response;
}
