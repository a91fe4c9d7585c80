/** What clients send, checked before anything is done with it. Every refusal says what would have been right. */

import { type Area, AREAS, isObjectName, type ObjectName } from '../../storage.ts';
import {
  type DeleteRequest,
  DEVICE_HEADER,
  MAX_DELETE_NAMES,
  type RegisterRequest,
  SHA256_HEADER,
  type TicketRequest,
} from '../protocol.ts';
import { Failure } from './failure.ts';

/** Far more than a hundred names take. */
const MOST_JSON = 64 * 1024;

const SHA256 = /^[0-9a-f]{64}$/;
const DEVICE = /^[A-Za-z0-9-]{1,64}$/;

export function readObjectName(area: string, name: string): ObjectName {
  const whole = `${area}/${name}`;
  if (!isObjectName(whole)) {
    throw new Failure(
      'BadRequest',
      'An object is named log/… or files/…, with a-z, 0-9, dots and hyphens, 182 characters at most',
    );
  }
  return whole;
}

export function readArea(text: string): Area {
  const area = AREAS.find((one) => one === text);
  if (!area) throw new Failure('BadRequest', 'The areas are log and files');
  return area;
}

/** The device's own id, or the empty text. */
export function readDevice(headers: Headers): string {
  const device = headers.get(DEVICE_HEADER);
  if (device !== null && !DEVICE.test(device)) {
    throw new Failure('BadRequest', `${DEVICE_HEADER} has letters, digits and hyphens, 64 at most`);
  }
  return device ?? '';
}

/** The whole body, at most `limit` bytes. */
export async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
  const tooLarge = (): Failure => new Failure('TooLarge', `At most ${limit} bytes may be sent here`);
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge();
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.length > limit) throw tooLarge();
  return bytes;
}

/** What the client says the bytes' SHA-256 is. */
export function readSha256(headers: Headers): string | undefined {
  const sha256 = headers.get(SHA256_HEADER) ?? undefined;
  if (sha256 !== undefined && !SHA256.test(sha256))
    throw new Failure('BadRequest', 'A SHA-256 is 64 lower-case hex digits');
  return sha256;
}

export async function readRegister(request: Request): Promise<RegisterRequest> {
  const { size, sha256 } = await readJson(request);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw new Failure('BadRequest', '"size" is a whole number of bytes');
  }
  if (typeof sha256 !== 'string' || !SHA256.test(sha256)) {
    throw new Failure('BadRequest', '"sha256" is 64 lower-case hex digits');
  }
  return { size, sha256 };
}

export async function readDelete(request: Request): Promise<{ readonly names: readonly ObjectName[] } & DeleteRequest> {
  const { names } = await readJson(request);
  if (!Array.isArray(names) || names.length > MAX_DELETE_NAMES) {
    throw new Failure('BadRequest', `"names" is a list of object names, ${MAX_DELETE_NAMES} at most`);
  }
  return {
    names: names.map((name: unknown) => {
      if (typeof name !== 'string' || !isObjectName(name)) {
        throw new Failure('BadRequest', '"names" has something that is no object name');
      }
      return name;
    }),
  };
}

/** An empty body means an empty request. */
export async function readTicket(request: Request): Promise<TicketRequest> {
  const { device } = await readJson(request, '{}');
  if (device === undefined) return {};
  if (typeof device !== 'string' || !DEVICE.test(device)) {
    throw new Failure('BadRequest', '"device" has letters, digits and hyphens, 64 at most');
  }
  return { device };
}

async function readJson(request: Request, instead = ''): Promise<Readonly<Record<string, unknown>>> {
  const text = new TextDecoder().decode(await readBytes(request, MOST_JSON)) || instead;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Failure('BadRequest', 'The body is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Failure('BadRequest', 'The body is not a JSON object');
  }
  return value as Record<string, unknown>;
}
