/** The function's environment, read once at the start; what is wrong with it is said in words. */

import type { Jwks } from 'aws-jwt-verify/jwk';
import { type CloudConfig, type FunctionEnvironment, type Limits, PROTOCOL_VERSION } from '../protocol.ts';

export interface Settings {
  readonly table: string;
  readonly config: CloudConfig;
  readonly epoch: string;
  readonly allowedOrigins: readonly string[];
  readonly jwks: Jwks | undefined;
  /** Addresses: for devices, and for the function to send through. */
  readonly sockets: { readonly address: string; readonly api: string } | undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;
type Name = keyof FunctionEnvironment | 'AWS_REGION';

/** @throws {Error} in words for who deploys */
export function readEnvironment(variables: Variables): Settings {
  const optional = (name: Name): string | undefined => variables[name] || undefined;
  const needed = (name: Name): string => {
    const value = optional(name);
    if (value === undefined) throw new Error(`The environment variable ${name} is missing`);
    return value;
  };
  const json = (name: Name): unknown => {
    const value = optional(name);
    try {
      return value === undefined ? undefined : JSON.parse(value);
    } catch {
      throw new Error(`The environment variable ${name} is not JSON`);
    }
  };

  const signUp = needed('SIGN_UP');
  if (signUp !== 'open' && signUp !== 'invitation') throw new Error('SIGN_UP is "open" or "invitation"');
  const epoch = optional('CURSOR_EPOCH') ?? '';
  if (!/^[\w-]{0,64}$/.test(epoch)) throw new Error('CURSOR_EPOCH has letters, digits, _ and -, 64 at most');
  const address = optional('SOCKET_URL');
  const endpoints = json('PUBLIC_ENDPOINTS') as CloudConfig['endpoints'] | undefined;
  return {
    table: needed('TABLE'),
    epoch,
    allowedOrigins: optional('ALLOWED_ORIGINS')
      ?.split(',')
      .map((origin) => origin.trim()) ?? ['*'],
    jwks: json('JWKS') as Jwks | undefined,
    sockets: address === undefined ? undefined : { address, api: needed('SOCKET_API') },
    config: {
      cloud: 'satchel',
      version: PROTOCOL_VERSION,
      region: needed('AWS_REGION'),
      userPoolId: needed('USER_POOL_ID'),
      clientId: needed('CLIENT_ID'),
      identityPoolId: needed('IDENTITY_POOL_ID'),
      bucket: needed('BUCKET'),
      signUp,
      endpoints: { ...(address === undefined ? {} : { socket: address }), ...endpoints },
      limits: readLimits(json('LIMITS')),
    },
  };
}

function readLimits(value: unknown): Limits {
  const { bytes, objects, requestsPerMinute, ...others } = (value ?? {}) as Limits;
  const all = { bytes, objects, requestsPerMinute };
  for (const [name, limit] of Object.entries(all)) {
    if (limit !== undefined && (!Number.isSafeInteger(limit) || limit < 0)) {
      throw new Error(`LIMITS: "${name}" is a whole number`);
    }
  }
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new Error(`LIMITS: there is no "${unknown}"`);
  return JSON.parse(JSON.stringify(all)) as Limits;
}
