import { int16Of } from './check-flatbuffer.ts';

/** Why rows of the other byte order are not read; Arrow's decoders would give other numbers for theirs. */
export const bigEndianReason =
  'its numbers are big-endian, which is not read: write it on a machine that is little-endian';

/** Slots that lead to the schema: of the footer of a file, and of the header of a message. */
const schemaSlots = { footer: 1, message: 2 } as const;

/**
 * Tests whether a schema says that the numbers of its rows are big-endian, as machines such as IBM Z write them.
 *
 * @param metadata A footer, or the header of a message with a schema, that was checked.
 * @see https://github.com/apache/arrow/blob/main/format/Schema.fbs
 */
export function isBigEndian(metadata: Uint8Array, kind: keyof typeof schemaSlots): boolean {
  return int16Of(metadata, schemaSlots[kind], 0) !== 0;
}
