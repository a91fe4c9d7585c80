/**
 * What Satchel relies on of Amazon's services, as checks that run against the stand-ins with every test, and against
 * the services themselves where somebody has an account (`npm run test:live`). What holds here and not there is a
 * fault of the stand-ins.
 */
import assert from 'node:assert/strict';

export interface ContractCheck<Subject> {
  readonly title: string;
  /** Rejects when the subject isn't as Satchel relies on. */
  readonly run: (subject: Subject) => Promise<void>;
}

/** Holds the name of a refusal, as Amazon's clients tell it, against the one that is relied on. */
export async function refuses(name: string, call: Promise<unknown>): Promise<void> {
  const outcome = await call.then(
    () => 'no refusal',
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );
  assert.equal(outcome, name);
}

/** Holds a response's status and body against what is relied on. */
export async function answers(status: number, response: Response | Promise<Response>): Promise<string> {
  const answered = await response;
  const body = await answered.text();
  assert.equal(answered.status, status, body);
  return body;
}
