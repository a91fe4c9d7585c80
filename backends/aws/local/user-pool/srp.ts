/**
 * The server's half of the Secure Remote Password protocol as Cognito speaks it: SRP-6a over the 3072-bit group of
 * RFC 5054 (its prime is that of RFC 3526), with a key derived by HKDF under the label "Caldera Derived Key".
 * Amplify's client is the only public description: @aws-amplify/auth, providers/cognito/utils/srp.
 */
import { createHash, createHmac, getDiffieHellman, randomBytes, timingSafeEqual } from 'node:crypto';

const N = BigInt(`0x${getDiffieHellman('modp15').getPrime('hex')}`);
const G = 2n;
const K = toInteger(sha256(toBytes(N), toBytes(G)));
const KEY_LABEL = Buffer.concat([Buffer.from('Caldera Derived Key'), Buffer.from([1])]);

/** Whose password it is: the part of the pool's id after the underscore, and the person's id. */
export interface Owner {
  readonly poolName: string;
  readonly userId: string;
}

/** What is kept in place of a password, in hex. */
export interface Verifier {
  readonly salt: string;
  readonly verifier: string;
}

export interface ServerKeys {
  /** The private b. */
  readonly secret: bigint;
  /** The public B. */
  readonly shown: bigint;
}

export function makeVerifier(owner: Owner, password: string): Verifier {
  const salt = toHex(toInteger(randomBytes(16)));
  return { salt, verifier: verifierOf(owner, password, salt) };
}

export function isPassword(owner: Owner, password: string, { salt, verifier }: Verifier): boolean {
  return verifierOf(owner, password, salt) === verifier;
}

function verifierOf({ poolName, userId }: Owner, password: string, salt: string): string {
  const x = toInteger(sha256(Buffer.from(salt, 'hex'), sha256(`${poolName}${userId}:${password}`)));
  return power(G, x).toString(16);
}

/** @returns undefined when it isn't a number that a client could have come by. */
export function readPublic(hex: string): bigint | undefined {
  if (!/^[0-9a-f]{1,1600}$/i.test(hex)) return undefined;
  const value = BigInt(`0x${hex}`);
  return value % N === 0n ? undefined : value;
}

export function makeServerKeys({ verifier }: Verifier): ServerKeys {
  const secret = toInteger(randomBytes(128));
  return { secret, shown: (K * BigInt(`0x${verifier}`) + power(G, secret)) % N };
}

export interface Proof {
  /** The client's public A. */
  readonly client: bigint;
  readonly server: ServerKeys;
  /** Base 64, as it was given to the client. */
  readonly secretBlock: string;
  readonly timestamp: string;
  /** Base 64. */
  readonly signature: string;
}

/** Whether the client knew the password. */
export function isProof(owner: Owner, { verifier }: Verifier, proof: Proof): boolean {
  const { client, server, secretBlock, timestamp, signature } = proof;
  const u = toInteger(sha256(toBytes(client), toBytes(server.shown)));
  if (u === 0n) return false;
  const shared = power(client * power(BigInt(`0x${verifier}`), u), server.secret);
  const key = hmac(hmac(toBytes(u), toBytes(shared)), KEY_LABEL).subarray(0, 16);
  const right = hmac(key, owner.poolName, owner.userId, Buffer.from(secretBlock, 'base64'), timestamp);
  const given = Buffer.from(signature, 'base64');
  return given.length === right.length && timingSafeEqual(given, right);
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base % N;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % N;
    square = (square * square) % N;
  }
  return result;
}

/** As Java's BigInteger writes a positive number: whole bytes, the first below 0x80. */
export function toHex(value: bigint): string {
  const hex = value.toString(16);
  const whole = hex.length % 2 ? `0${hex}` : hex;
  return /^[89a-f]/i.test(whole) ? `00${whole}` : whole;
}

function toBytes(value: bigint): Buffer {
  return Buffer.from(toHex(value), 'hex');
}

export function toInteger(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`);
}

function sha256(...parts: (Buffer | string)[]): Buffer {
  return parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
}

function hmac(key: Buffer, ...parts: (Buffer | string)[]): Buffer {
  return parts.reduce((mac, part) => mac.update(part), createHmac('sha256', key)).digest();
}
