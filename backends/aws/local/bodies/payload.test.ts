import { describe, expect, it } from 'vitest';
import { readPayload } from './payload.ts';

const UNSIGNED = 'UNSIGNED-PAYLOAD';
const FRAMED = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';

const refusal = (call: () => unknown) => {
  try {
    call();
    return 'not refused';
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

describe('what a PUT carries', () => {
  it('is held against every checksum that came with it', () => {
    const bytes = Buffer.from('123456789');
    // The checksum that CRC catalogues give for these nine digits: cbf43926.
    const right = { 'x-amz-checksum-crc32': 'y/Q5Jg==' };
    expect(readPayload(bytes, right, UNSIGNED)).toEqual({ bytes, checksums: right });
    expect(refusal(() => readPayload(bytes, { 'x-amz-checksum-crc32': 'AAAAAA==' }, UNSIGNED))).toBe('BadDigest');
    expect(refusal(() => readPayload(bytes, { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }, UNSIGNED))).toBe(
      'BadDigest',
    );
    expect(refusal(() => readPayload(bytes, { 'x-amz-checksum-crc64nvme': 'x' }, UNSIGNED))).toBe('NotImplemented');
    expect(refusal(() => readPayload(bytes, {}, 'a'.repeat(64)))).toBe('XAmzContentSHA256Mismatch');
  });

  it('is taken out of its framing, with the checksum behind', () => {
    const framed = Buffer.from('5\r\n12345\r\n4\r\n6789\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n');
    const headers = { 'x-amz-decoded-content-length': '9', 'x-amz-trailer': 'x-amz-checksum-crc32' };
    const { bytes, checksums } = readPayload(framed, headers, FRAMED);
    expect(bytes.toString()).toBe('123456789');
    expect(checksums).toEqual({ 'x-amz-checksum-crc32': 'y/Q5Jg==' });
  });

  it.each([
    ['cut off', '5\r\n12345\r\n4\r\n67'],
    ['of another length', '5\r\n12345\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n'],
    ['no framing at all', '123456789'],
    ['without the checksum that was promised', '9\r\n123456789\r\n0\r\n\r\n'],
  ])('is refused when its framing is %s', (_, framed) => {
    const headers = { 'x-amz-decoded-content-length': '9', 'x-amz-trailer': 'x-amz-checksum-crc32' };
    expect(refusal(() => readPayload(Buffer.from(framed), headers, FRAMED))).toBe('IncompleteBody');
  });
});
