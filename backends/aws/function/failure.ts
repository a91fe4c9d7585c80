/** Everything that a request may be refused for: one closed family, whose text is for people. */

import type { FailureKind } from '../protocol.ts';

export class Failure extends Error {
  override readonly name = 'Failure';
  readonly kind: FailureKind;
  /** With RateLimited and Unavailable: how long to wait, in seconds. */
  readonly retryAfter: number | undefined;

  /** `message` reaches the client and the log: no content, no name, no token. */
  constructor(kind: FailureKind, message: string, retryAfter?: number) {
    super(message);
    this.kind = kind;
    this.retryAfter = retryAfter;
  }
}
