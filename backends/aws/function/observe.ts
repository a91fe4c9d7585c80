/**
 * What the function says of its work: a line of JSON for each request, which CloudWatch also reads as metrics
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
 * No line holds a name, content, a token or a person's id. The metrics have no dimensions, for each
 * combination of those is billed as a metric of its own; the lines tell by route.
 */

import { Failure } from './failure.ts';

/** Capacity units of the table. */
export interface Capacity {
  readonly read: number;
  readonly write: number;
}

export type LogLine = (line: Readonly<Record<string, unknown>>) => void;

export function meter(): { spend: (units: Capacity) => void; spent: () => Capacity } {
  let read = 0;
  let write = 0;
  return {
    spend: (units) => {
      read += units.read;
      write += units.write;
    },
    spent: () => ({ read, write }),
  };
}

export interface Request {
  /** With its placeholders, not with what stands for them. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
  readonly capacity: Capacity;
  readonly failure?: string;
}

export function requestLine({ route, status, ms, capacity, failure }: Request, now: number) {
  return {
    _aws: { Timestamp: now, CloudWatchMetrics: [METRICS] },
    event: 'request',
    route,
    status,
    ...(failure === undefined ? {} : { failure }),
    requests: 1,
    failures: status >= 500 ? 1 : 0,
    ms,
    readUnits: capacity.read,
    writeUnits: capacity.write,
  };
}

const METRICS = {
  Namespace: 'Satchel',
  Dimensions: [[]],
  Metrics: [
    { Name: 'requests', Unit: 'Count' },
    { Name: 'failures', Unit: 'Count' },
    { Name: 'ms', Unit: 'Milliseconds' },
    { Name: 'readUnits', Unit: 'Count' },
    { Name: 'writeUnits', Unit: 'Count' },
  ],
};

/** Where something unforeseen went wrong. Without the error's text, which may quote what it stumbled over. */
export function unforeseenLine(error: unknown) {
  const known = error instanceof Error;
  return {
    event: 'unforeseen',
    error: known ? error.name : typeof error,
    at: known
      ? (error.stack ?? '')
          .split('\n')
          .filter((line) => /^\s+at /.test(line))
          .slice(0, 8)
          .map((line) => line.trim())
      : [],
  };
}

/** A failure as the client hears of it. What DynamoDB and S3 refuse because they are busy, is for another try. */
export function failureOf(error: unknown): { failure: Failure; unforeseen: boolean } {
  if (error instanceof Failure) return { failure: error, unforeseen: false };
  const busy = error instanceof Error && BUSY.has(error.name);
  return busy
    ? { failure: new Failure('Unavailable', 'The store is busy', 1), unforeseen: false }
    : { failure: new Failure('Unavailable', 'Something went wrong here'), unforeseen: true };
}

const BUSY = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'SlowDown',
  'ServiceUnavailable',
  'InternalServerError',
  'TimeoutError',
]);
