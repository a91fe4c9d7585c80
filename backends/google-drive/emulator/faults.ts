/**
 * Misbehaviour on request: which calls it strikes, how often, and what then happens. A fault is plain JSON, but for
 * `hold`, which needs a hand to let go.
 */
import { ConnectionDropped, Failure, failure, insufficientScopes, invalidCredentials } from './failures.ts';

export type Fault =
  /** The connection ends without an answer, before or after the call took effect. */
  | { readonly kind: 'drop'; readonly when: 'before' | 'after' }
  | { readonly kind: 'delay'; readonly ms: number }
  /** Any error as the API would put it. */
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly reason: string;
      /** Seconds, in the header. Absent, as the service mostly has it: not told. */
      readonly retryAfter?: number;
    }
  /** An HTML page of the front end. */
  | { readonly kind: 'unavailable'; readonly status: 403 | 404 | 500 | 502 | 503 | 504 }
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'insufficient-scopes' }
  /** A success that is some login page. */
  | { readonly kind: 'html' }
  /** The answer carries no CORS headers. */
  | { readonly kind: 'no-cors' }
  | { readonly kind: 'refuse-preflight' }
  /** The body ends after so many bytes. `cut`: the connection breaks there; otherwise it ends as if that were all. */
  | { readonly kind: 'truncate'; readonly bytes: number; readonly cut: boolean }
  /** A page without entries that is not the last. */
  | { readonly kind: 'empty-page' }
  /** A listing that says that it did not look everywhere. */
  | { readonly kind: 'incomplete-search' }
  /** In a batch: these calls fail (absent: every second one), the others go on. */
  | {
      readonly kind: 'batch-failures';
      readonly status: number;
      readonly reason: string;
      readonly calls?: readonly number[];
    }
  /** Of what a resumable upload sends, only so many bytes are stored. */
  | { readonly kind: 'store-less'; readonly bytes: number }
  /** The answer 308 does not say how much is stored. */
  | { readonly kind: 'no-range' }
  | { readonly kind: 'session-expired' }
  | {
      readonly kind: 'hold';
      readonly moment: 'request' | 'reply';
      readonly reached: () => void;
      readonly released: Promise<void>;
    };

export interface FaultRule {
  /** A method such as "files.list", or "oauth.token"; "files.*" for all that begin so; "a|b" for either. */
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

/** What the fault answers in place of the call, if it does. */
function refusal(fault: Fault): Failure | undefined {
  if (fault.kind === 'error') {
    const headers = fault.retryAfter === undefined ? {} : { headers: { 'Retry-After': String(fault.retryAfter) } };
    return failure(fault.status, fault.reason, `The service says ${fault.reason}.`, headers);
  }
  if (fault.kind === 'unavailable') return new Failure(fault.status, '<html><body><h1>Error</h1></body></html>');
  if (fault.kind === 'unauthorized') return invalidCredentials();
  if (fault.kind === 'insufficient-scopes') return insufficientScopes();
  return undefined;
}

/** Plays a fault that comes before the call takes effect. @throws {Failure | ConnectionDropped} */
export async function sufferBefore(fault: Fault | undefined, wait: (ms: number) => Promise<void>): Promise<void> {
  if (!fault) return;
  if (fault.kind === 'delay') await wait(fault.ms);
  if (fault.kind === 'hold' && fault.moment === 'request') {
    fault.reached();
    await fault.released;
  }
  if (fault.kind === 'drop' && fault.when === 'before') throw new ConnectionDropped();
  const refused = refusal(fault);
  if (refused) throw refused;
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
