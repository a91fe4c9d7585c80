/** One deployment of the cloud: what is public of it, and where its services are. */
import { RPC_MS } from '../deadline.ts';
import { fieldOf } from '../field-of.ts';
import { type Exchange, exchange, jsonOf } from './exchange.ts';
import { foreignAnswer, functionFailure } from './failure.ts';
import { type CloudConfig, PROTOCOL_VERSION } from './protocol.ts';

/** Base addresses, without a slash at their end. */
export interface Endpoints {
  readonly api: string;
  readonly userPool: string;
  readonly identityPool: string;
  /** The bucket itself. */
  readonly bodies: string;
}

const ID = /^[\w:.-]{1,128}$/;
const base = (address: string) => address.replace(/\/+$/, '');

function isAddress(value: unknown): value is string {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  return /^(https?|wss?):$/.test(new URL(value).protocol);
}

/** @returns undefined when that isn't what a cloud of this kind answers. */
export function readCloud(answer: unknown): CloudConfig | undefined {
  const text = (name: string) => {
    const value = fieldOf(answer, name);
    return typeof value === 'string' && ID.test(value) ? value : undefined;
  };
  const [region, userPoolId, clientId, identityPoolId, bucket] = [
    text('region'),
    text('userPoolId'),
    text('clientId'),
    text('identityPoolId'),
    text('bucket'),
  ];
  if (fieldOf(answer, 'cloud') !== 'satchel' || fieldOf(answer, 'version') !== PROTOCOL_VERSION) return undefined;
  if (!region || !userPoolId || !clientId || !identityPoolId || !bucket) return undefined;
  const own = fieldOf(answer, 'endpoints');
  const endpoint = (name: string) => {
    const value = fieldOf(own, name);
    return isAddress(value) ? { [name]: value } : {};
  };
  const limits = fieldOf(answer, 'limits');
  const limit = (name: string) => {
    const value = fieldOf(limits, name);
    return typeof value === 'number' ? { [name]: value } : {};
  };
  return {
    cloud: 'satchel',
    version: PROTOCOL_VERSION,
    region,
    userPoolId,
    clientId,
    identityPoolId,
    bucket,
    signUp: fieldOf(answer, 'signUp') === 'open' ? 'open' : 'invitation',
    endpoints: {
      ...endpoint('userPool'),
      ...endpoint('identityPool'),
      ...endpoint('bodies'),
      ...endpoint('socket'),
    },
    limits: { ...limit('bytes'), ...limit('objects'), ...limit('requestsPerMinute') },
  };
}

/** @throws {CloudFailure | StorageError} */
export async function fetchCloud(deps: Exchange, api: string, signal?: AbortSignal): Promise<CloudConfig> {
  const response = await exchange(deps, {
    service: 'config',
    url: `${base(api)}/v1/config`,
    method: 'GET',
    headers: {},
    patience: RPC_MS,
    signal,
  });
  if (!response.ok) throw await functionFailure('config', response);
  const cloud = readCloud(await jsonOf(response).catch(() => undefined));
  if (!cloud) throw foreignAnswer('config', 'something else');
  return cloud;
}

/** Where the services are: Amazon's own for the region, where the cloud names no others. */
export function endpointsOf(api: string, cloud: CloudConfig): Endpoints {
  const { region, bucket, identityPoolId, endpoints } = cloud;
  // An identity pool names its own region: "eu-central-1:1f0c…".
  const [poolRegion = region] = identityPoolId.split(':');
  return {
    api: base(api),
    userPool: base(endpoints.userPool ?? `https://cognito-idp.${region}.amazonaws.com`),
    identityPool: base(endpoints.identityPool ?? `https://cognito-identity.${poolRegion}.amazonaws.com`),
    // A stand-in has one address for all buckets.
    bodies:
      endpoints.bodies === undefined
        ? `https://${bucket}.s3.${region}.amazonaws.com`
        : `${base(endpoints.bodies)}/${bucket}`,
  };
}

/** The user pool's name as an issuer of tokens, as the identity pool wants to hear it. */
export function issuerOf(cloud: CloudConfig): string {
  return `cognito-idp.${cloud.region}.amazonaws.com/${cloud.userPoolId}`;
}
