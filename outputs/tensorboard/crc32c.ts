/** Remainders of all bytes by the Castagnoli polynomial, least significant bit first. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    value = value & 1 ? (value >>> 1) ^ 0x82f6_3b78 : value >>> 1;
  }
  return value;
});

/**
 * CRC-32C (Castagnoli), as an unsigned number. `zlib` has only the CRC-32 of other files.
 *
 * @see RFC 3720, appendix B.4, for its values of reference.
 */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ table[(crc ^ byte) & 0xff]!;
  return (crc ^ 0xffff_ffff) >>> 0;
}
