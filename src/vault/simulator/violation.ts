/** A rule that was broken. */

/** `V<number>`: a rule of docs/vault-format.md. `stuck`: no end came. `crash`: the program threw what it never should. */
export type Rule = `V${number}` | 'stuck' | 'crash';

export class Violation extends Error {
  override readonly name = 'Violation';
  readonly rule: Rule;
  constructor(rule: Rule, message: string, options?: ErrorOptions) {
    super(message, options);
    this.rule = rule;
  }
}

export function must(condition: unknown, rule: Rule, message: () => string): asserts condition {
  if (!condition) throw new Violation(rule, message());
}
