/** What is billed, by route: who asked is known by the asynchronous context that the request runs in. */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface Spent {
  readonly requests: number;
  /** DynamoDB's capacity units. */
  readonly write: number;
  readonly read: number;
}

/** By route, such as "PUT objects"; what isn't billed by requests has names of its own. */
export type Bill = Readonly<Record<string, Spent>>;

const NOTHING: Spent = { requests: 0, write: 0, read: 0 };

export interface Meter {
  /** Counts a request, and all that is spent for it. */
  during<Result>(route: string, work: () => Result): Result;
  /** Counts what costs no units. */
  count(route: string): void;
  spend(units: { readonly read: number; readonly write: number }): void;
  bill(): Bill;
}

export function createMeter(): Meter {
  const routes = new Map<string, Spent>();
  const context = new AsyncLocalStorage<string>();
  const add = (route: string, { requests, write, read }: Spent) => {
    const before = routes.get(route) ?? NOTHING;
    routes.set(route, {
      requests: before.requests + requests,
      write: before.write + write,
      read: before.read + read,
    });
  };
  return {
    during(route, work) {
      add(route, { ...NOTHING, requests: 1 });
      return context.run(route, work);
    },
    count: (route) => add(route, { ...NOTHING, requests: 1 }),
    // For a read that finds nothing, dynalite counts nothing, and Amazon one unit.
    spend: ({ read, write }) =>
      add(context.getStore() ?? 'nobody', { requests: 0, write, read: write === 0 ? read || 1 : read }),
    bill: () => Object.fromEntries(routes),
  };
}

/** What came in between. */
export function between(before: Bill, after: Bill): Bill {
  const routes = Object.entries(after).map(([route, { requests, write, read }]) => {
    const was = before[route] ?? NOTHING;
    return [route, { requests: requests - was.requests, write: write - was.write, read: read - was.read }] as const;
  });
  return Object.fromEntries(routes.filter(([, spent]) => spent.requests > 0));
}

/** "PUT objects" and the like; what goes to the bucket, and to the pools. */
export function routeOf({ method, url }: Pick<Request, 'method' | 'url'>): string {
  const { host, pathname } = new URL(url);
  if (host.startsWith('s3.')) return `S3 ${method}`;
  if (host.startsWith('pool.')) return 'Cognito, user pool';
  if (host.startsWith('identity.')) return 'Cognito, identity pool';
  const [, , resource = ''] = pathname.split('/');
  return pathname.endsWith('/register') ? 'register' : `${method} ${resource}`;
}
