/** Raw DEFLATE (RFC 1951) by the platform. The exact compressed bytes may differ between platforms. */
import { VaultError } from './errors.ts';

export interface Compression {
  deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * @param limit the most bytes that may come out, so that a small hostile object can't fill the memory.
   * @throws {VaultError} `Damaged` when the stream is broken, or gives more than `limit` bytes.
   */
  inflate(bytes: Uint8Array<ArrayBuffer>, limit: number): Promise<Uint8Array<ArrayBuffer>>;
}

async function collect(stream: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (const reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) {
      await reader.cancel().catch(() => undefined);
      throw new VaultError('Damaged', 'a block gives more bytes than it announced');
    }
    parts.push(value);
  }
  return concat(parts, length);
}

export function concat(
  parts: readonly Uint8Array[],
  length = parts.reduce((sum, part) => sum + part.length, 0),
): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

export const platformCompression: Compression = {
  deflate: (bytes) =>
    collect(new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw')), Number.POSITIVE_INFINITY),
  async inflate(bytes, limit) {
    try {
      return await collect(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')), limit);
    } catch (error) {
      if (error instanceof VaultError) throw error;
      throw new VaultError('Damaged', 'a block does not inflate', { cause: error });
    }
  },
};
