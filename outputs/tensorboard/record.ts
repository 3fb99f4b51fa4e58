import { crc32c } from './crc32c.ts';

/**
 * A record of a TFRecord file: `length (uint64) │ its checksum │ data │ its checksum`, all little-endian.
 *
 * @see https://www.tensorflow.org/tutorials/load_data/tfrecord
 */
export function record(data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(12 + data.byteLength + 4);
  bytes.writeBigUInt64LE(BigInt(data.byteLength), 0);
  bytes.writeUInt32LE(masked(crc32c(bytes.subarray(0, 8))), 8);
  bytes.set(data, 12);
  bytes.writeUInt32LE(masked(crc32c(data)), 12 + data.byteLength);
  return bytes;
}

/** Checksum as the format stores it: turned by 15 bits and moved, so that no data holds its own checksum. */
function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282_ead8) >>> 0;
}
