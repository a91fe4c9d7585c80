/** Reads a call's arguments as strictly as the service does: unknown fields, patterns and bounds are refused. */

/** What is wrong with an argument, in the service's own words. */
export class ArgumentError extends Error {}

export type Reader<T> = (value: unknown, at: string) => T;

/** A field that may be missing carries what it then reads as. */
interface Field<T> {
  readonly read: Reader<T>;
  readonly missing?: { readonly value: T };
}
type Fields = Readonly<Record<string, Field<unknown>>>;
export type Read<R> = R extends Reader<infer T> ? T : never;

function fail(at: string, text: string): never {
  throw new ArgumentError(at === '' ? text : `${at}: ${text}`);
}

export const required = <T>(read: Reader<T>): Field<T> => ({ read });
export const optional = <T>(read: Reader<T>): Field<T | undefined> => ({
  read: (value, at) => (value === null ? undefined : read(value, at)),
  missing: { value: undefined },
});
export const otherwise = <T>(read: Reader<T>, value: T): Field<T> => ({ read, missing: { value } });

export function struct<F extends Fields>(fields: F): Reader<{ [K in keyof F]: Read<F[K]['read']> }> {
  return (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return fail(at, `expected object, got ${value === null ? 'null' : typeof value}`);
    const given: Record<string, unknown> = { ...value };
    for (const name of Object.keys(given))
      if (name !== '.tag' && !(name in fields)) fail(at, `unknown field '${name}'`);
    const result: Record<string, unknown> = {};
    for (const [name, field] of Object.entries(fields)) {
      if (name in given) result[name] = field.read(given[name], at === '' ? name : `${at}.${name}`);
      else if (field.missing) result[name] = field.missing.value;
      else fail(at, `missing required field '${name}'`);
    }
    // Each field was read by its own reader, under its own name.
    return result as { [K in keyof F]: Read<F[K]['read']> };
  };
}

export function text(bounds: { pattern?: string; min?: number; max?: number } = {}): Reader<string> {
  const pattern = bounds.pattern === undefined ? undefined : new RegExp(`^(?:${bounds.pattern})$`, 'u');
  return (value, at) => {
    if (typeof value !== 'string') return fail(at, `expected string, got ${typeof value}`);
    if (bounds.min !== undefined && value.length < bounds.min)
      fail(at, `'${value}' must be at least ${bounds.min} characters, got ${value.length}`);
    if (bounds.max !== undefined && value.length > bounds.max)
      fail(at, `'${value}' must be at most ${bounds.max} characters, got ${value.length}`);
    if (pattern && !pattern.test(value)) fail(at, `'${value}' did not match pattern '${bounds.pattern}'`);
    return value;
  };
}

export const flag: Reader<boolean> = (value, at) =>
  typeof value === 'boolean' ? value : fail(at, `expected boolean, got ${typeof value}`);

export function whole(min = 0, max: number = Number.MAX_SAFE_INTEGER): Reader<number> {
  return (value, at) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) return fail(at, `expected integer, got ${typeof value}`);
    if (value < min) fail(at, `${value} is not within range (must be at least ${min})`);
    if (value > max) fail(at, `${value} is not within range (must be at most ${max})`);
    return value;
  };
}

export function list<T>(item: Reader<T>, max: number = Number.POSITIVE_INFINITY): Reader<T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) return fail(at, `expected list, got ${typeof value}`);
    if (value.length > max) fail(at, `list must have at most ${max} items, got ${value.length}`);
    return value.map((entry, index) => item(entry, `${at}[${index}]`));
  };
}

/** A union whose members hold nothing, or one text. A bare string stands for a member that holds nothing. */
export function union<T extends string>(
  members: Readonly<Record<T, Reader<string> | 'void'>>,
): Reader<{ readonly '.tag': T; readonly value: string | undefined }> {
  const isMember = (tag: unknown): tag is T => typeof tag === 'string' && Object.hasOwn(members, tag);
  return (value, at) => {
    const given: Record<string, unknown> =
      typeof value === 'string' ? { '.tag': value } : typeof value === 'object' ? { ...value } : {};
    const tag = given['.tag'];
    if (!isMember(tag)) return fail(at, `unknown tag '${String(tag)}'`);
    const member = members[tag];
    if (member === 'void') return { '.tag': tag, value: undefined };
    if (!(tag in given)) fail(at, `missing '${tag}' key`);
    return { '.tag': tag, value: member(given[tag], `${at}.${tag}`) };
  };
}

// The patterns are the specification's own (files.stone).
export const writePath = text({ pattern: '(/(.|[\\r\\n])*)|(ns:[0-9]+(/(.|[\\r\\n])*)?)' });
export const writePathOrId = text({ pattern: '(/(.|[\\r\\n])*)|(ns:[0-9]+(/(.|[\\r\\n])*)?)|(id:.*)' });
export const readPath = text({
  pattern: '(/(.|[\\r\\n])*|id:.*)|(rev:[0-9a-f]{9,})|(ns:[0-9]+(/(.|[\\r\\n])*)?)',
});
export const listPath = text({ pattern: '(/(.|[\\r\\n])*)?|id:.*|(ns:[0-9]+(/(.|[\\r\\n])*)?)' });
export const revision = text({ min: 9, pattern: '[0-9a-f]+' });
export const sha256Hex = text({ min: 64, max: 64 });
export const time = text({ pattern: '\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z' });
