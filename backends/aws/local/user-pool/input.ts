/** What a call carries: a JSON object that nobody has looked at yet. */
import { PoolFailure } from './failure.ts';

export type Input = Readonly<Record<string, unknown>>;

/** @throws {PoolFailure} InvalidParameterException */
export function asInput(value: unknown, name = 'request'): Input {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Input;
  throw invalid(name, 'Member must be an object');
}

/** @throws {PoolFailure} InvalidParameterException when it isn't a text of at most `max` characters. */
export function text(input: Input, name: string, max = 131_072): string {
  const value = input[name];
  if (typeof value !== 'string' || value === '') throw invalid(name, 'Member must not be null');
  if (value.length > max) throw invalid(name, `Member must have length less than or equal to ${max}`);
  return value;
}

export function object(input: Input, name: string): Input {
  const value = input[name];
  return value === undefined ? {} : asInput(value, name);
}

function invalid(name: string, constraint: string): PoolFailure {
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  const words = `1 validation error detected: Value at '${member}' failed to satisfy constraint: ${constraint}`;
  return new PoolFailure('InvalidParameterException', words);
}
