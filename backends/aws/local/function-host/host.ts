/** What runs the built function: one call in, its answer out, as Lambda does. */

export interface FunctionHost {
  /**
   * @param event a JSON object
   * @returns what the function gave, a JSON value
   * @throws {FunctionFailure}
   */
  invoke(event: object): Promise<unknown>;
  close(): Promise<void>;
}

export interface HostOptions {
  /** The built bundle, an ES module that exports `handler`. */
  readonly bundle: string;
  /** All that the function sees of its surroundings. */
  readonly environment: Readonly<Record<string, string>>;
  /** ms that one call may take; whatever runs it is thrown away then. */
  readonly timeout: number;
  /** What the function writes to its log. */
  readonly log: (text: string) => void;
}

export class FunctionFailure extends Error {
  override readonly name = 'FunctionFailure';
  readonly kind: 'failed' | 'timeout' | 'too large';
  constructor(kind: 'failed' | 'timeout' | 'too large', message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Of a request to a function, and of its response, as JSON. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

/** @throws {FunctionFailure} "too large" */
export function asPayload(event: object): string {
  const payload = JSON.stringify(event);
  if (Buffer.byteLength(payload) <= MAX_PAYLOAD_BYTES) return payload;
  throw new FunctionFailure('too large', 'The event is larger than Lambda takes');
}

/** @throws {FunctionFailure} "failed" */
export function readResult(payload: string): unknown {
  if (Buffer.byteLength(payload) <= MAX_PAYLOAD_BYTES) return JSON.parse(payload) as unknown;
  throw new FunctionFailure('failed', 'The function gave more than Lambda takes (Function.ResponseSizeTooLarge)');
}

/** The variables that Lambda itself sets. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
export const LAMBDA_ENVIRONMENT = {
  AWS_LAMBDA_FUNCTION_NAME: 'satchel',
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
  AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/satchel',
  AWS_LAMBDA_LOG_STREAM_NAME: 'local',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  LANG: 'en_US.UTF-8',
  TZ: ':UTC',
} as const;
