/** What a route is given: who calls, what was asked, and the fault that strikes it, if one does. */
import type { Fault } from './faults.ts';
import { badRequest, invalidParameter } from './failures.ts';
import type { Caller, Metadata } from './store.ts';
import type { Space } from './world.ts';

export interface Call {
  readonly caller: Caller;
  readonly method: string;
  readonly url: URL;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly fault: Fault | undefined;
}

/** The call's fault, if it is of this kind. */
export function faultOf<K extends Fault['kind']>(call: Call, kind: K): Extract<Fault, { kind: K }> | undefined {
  const isOfKind = (fault: Fault): fault is Extract<Fault, { kind: K }> => fault.kind === kind;
  return call.fault && isOfKind(call.fault) ? call.fault : undefined;
}

/** @throws {Failure} 400 when it isn't a whole number within the bounds. */
export function wholeIn(query: URLSearchParams, name: string, usual: number, least: number, most: number): number {
  const text = query.get(name);
  if (text === null) return usual;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw invalidParameter(name, `Invalid value '${text}'. Values must be within the range: [${least}, ${most}]`);
  return value;
}

export function flagIn(query: URLSearchParams, name: string, usual: boolean): boolean {
  const text = query.get(name);
  if (text === null) return usual;
  if (text !== 'true' && text !== 'false') throw invalidParameter(name);
  return text === 'true';
}

/** @throws {Failure} 400 for a space that there isn't. */
export function spacesIn(query: URLSearchParams, name: string): ReadonlySet<Space> {
  const spaces = (query.get(name) ?? 'drive').split(/\s*,\s*/);
  for (const space of spaces) if (space !== 'drive' && space !== 'appDataFolder') throw invalidParameter(name);
  return new Set(spaces as Space[]);
}

const WRITABLE: Readonly<Record<string, (value: unknown) => boolean>> = {
  id: (value) => typeof value === 'string',
  name: (value) => typeof value === 'string' && value !== '',
  mimeType: (value) => typeof value === 'string',
  description: (value) => typeof value === 'string',
  createdTime: (value) => typeof value === 'string',
  modifiedTime: (value) => typeof value === 'string',
  starred: (value) => typeof value === 'boolean',
  trashed: (value) => typeof value === 'boolean',
  parents: (value) => Array.isArray(value) && value.every((id) => typeof id === 'string'),
  appProperties: isProperties,
  properties: isProperties,
};

const isText = (text: unknown) => typeof text === 'string' || text === null;

function isProperties(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isText);
}

/** A file's metadata as JSON. What the resource has and nobody may write is passed over, as the service does. @throws {Failure} */
export function readMetadata(bytes: Uint8Array): Metadata {
  const text = new TextDecoder().decode(bytes);
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw failureOfParsing();
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw failureOfParsing();
  const metadata: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(value)) {
    const isRight = WRITABLE[name];
    if (!isRight) continue;
    if (!isRight(part)) throw badRequest(`Invalid value for: ${name}`);
    metadata[name] = part;
  }
  return metadata;
}

const failureOfParsing = () => badRequest('Parse Error');
