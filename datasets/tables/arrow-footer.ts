import type { Schema } from 'apache-arrow';
import { Footer } from 'apache-arrow/ipc/metadata/file';
import { bigEndianReason, isBigEndian } from '../../operators/arrow/byte-order.ts';
import { footerTable } from '../../operators/arrow/arrow-metadata.ts';
import { checkFlatbuffer, structsOf } from '../../operators/arrow/check-flatbuffer.ts';
import { unreadType } from '../../operators/arrow/unread-type.ts';
import type { ObjectBytes } from './object-bytes.ts';

/** Bytes with which an Arrow file begins and ends. */
export const arrowMagic = 'ARROW1';

/** What the footer of an Arrow file says. */
export interface ArrowFooter {
  readonly schema: Schema;
  /** Offsets of the messages. */
  readonly dictionaries: readonly number[];
  readonly batches: readonly number[];
}

/** Of a block of the footer: offset, bytes of the header, padding, bytes of the body. */
const blockBytes = 24;
/** Footer length and magic. */
const tailBytes = 10;
/** Largest footer: 256 MiB. */
const largestFooter = 2 ** 28;

/** Reads and checks the footer of an Arrow file. @throws {Error} When it is damaged. */
export async function readArrowFooter(source: ObjectBytes): Promise<ArrowFooter> {
  const { size } = source;
  const tail = await source.bytes(Math.max(0, size - tailBytes), tailBytes);
  if (size < tailBytes + 8 || tail.toString('latin1', 4) !== arrowMagic) {
    throw new Error('it does not end as an Arrow file does: it is cut');
  }
  const bytes = tail.readInt32LE(0);
  if (bytes < 1 || bytes > Math.min(size - tailBytes - 8, largestFooter)) {
    throw new Error('its footer is damaged');
  }
  const footer = await source.range(size - tailBytes - bytes, bytes);
  checkFlatbuffer(footer, footerTable);
  if (isBigEndian(footer, 'footer')) throw new Error(bigEndianReason);
  const { schema } = decodedFooter(footer);
  const offsetsAt = (slot: number): readonly number[] => {
    const blocks = structsOf(footer, slot, blockBytes);
    return Array.from({ length: blocks.byteLength / blockBytes }, (_, at) =>
      Number(blocks.getBigInt64(at * blockBytes, true)),
    );
  };
  return { schema, dictionaries: offsetsAt(2), batches: offsetsAt(3) };
}

/** @throws {Error} When a column is of a type that is not read, which names it. */
function decodedFooter(footer: Uint8Array): Footer {
  try {
    return Footer.decode(footer);
  } catch (error) {
    throw unreadType(error) ?? error;
  }
}
