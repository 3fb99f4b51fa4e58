import { Schema } from 'apache-arrow/fb/schema';

/**
 * What a writer of Arrow gives when it says that its numbers are big-endian.
 *
 * @param write Writes at once: Arrow's writer takes the byte order from a place that all share.
 */
export function sayingBigEndian(write: () => Uint8Array): Buffer {
  const own = Schema.addEndianness.bind(Schema);
  Schema.addEndianness = (builder) => builder.addFieldInt16(0, 1, 0);
  try {
    return Buffer.from(write());
  } finally {
    Schema.addEndianness = own;
  }
}
