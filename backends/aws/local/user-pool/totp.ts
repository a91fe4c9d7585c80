/** Codes of authenticator apps: RFC 6238 with six digits, half a minute and SHA-1, the only form that Cognito takes. */
import { createHmac } from 'node:crypto';
import { fromBase32 } from '../base32.ts';

const STEP_MS = 30_000;

/**
 * The code that an app shows.
 * @param secret in base 32
 * @param time ms since 1970
 */
export function totpCode(secret: string, time: number): string {
  return codeAt(secret, Math.floor(time / STEP_MS));
}

/** The half minute that a code belongs to: this one, or a neighbour for clocks that are a little wrong. */
export function stepOf(secret: string, code: string, time: number): number | undefined {
  const now = Math.floor(time / STEP_MS);
  return [now, now - 1, now + 1].find((step) => codeAt(secret, step) === code);
}

function codeAt(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', fromBase32(secret)).update(counter).digest();
  const offset = mac.readUInt8(mac.length - 1) & 15;
  return String((mac.readUInt32BE(offset) & 0x7f_ff_ff_ff) % 1_000_000).padStart(6, '0');
}
