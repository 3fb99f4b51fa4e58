import { Message, type Schema } from 'apache-arrow';
import { messageTable } from './arrow-metadata.ts';
import { isBigEndian } from './byte-order.ts';
import { checkFlatbuffer } from './check-flatbuffer.ts';
import type { BatchLayout } from './check-layout.ts';

/** Bytes that are read at any place, of a file or of an object of a store. */
export interface ByteWindow {
  readonly size: number;
  /** Bytes from `position`, fewer at the end. A view that holds until the next call. */
  bytes(position: number, length: number): Promise<Buffer>;
}

/** One message of Arrow's IPC formats, as its header describes it. */
export type ArrowMessage = DescribedMessage & {
  /** Offsets of its first byte, and of the next message. */
  readonly start: number;
  readonly end: number;
};

/** A message with rows: a record batch, or the values of a dictionary. */
export type BatchMessage = Exclude<ArrowMessage, { readonly kind: 'schema' }>;

type DescribedMessage = {
  /** Rows of a batch as its header has them, 0 for others. */
  readonly rows: number;
  readonly bodyBytes: number;
} & (
  | { readonly kind: 'schema'; readonly schema: Schema; readonly isBigEndian: boolean }
  | { readonly kind: 'batch'; readonly layout: BatchLayout }
  | {
      readonly kind: 'dictionary';
      readonly layout: BatchLayout;
      readonly id: number;
      /** True when its values come behind those of the dictionary before it. */
      readonly isDelta: boolean;
    }
);

const continuation = -1;
// Far above any real header; what lies beyond is no message.
const largestHeader = 1 << 28;

/**
 * Reads the header of the message at `position`; its body is not touched.
 *
 * @param onCause Takes why a header that is all there could not be decoded. @default nobody
 * @returns `'end'` at an end mark or the end of the file, `'cut'` where a message is not all there or is none.
 */
export async function readArrowMessage(
  window: ByteWindow,
  position: number,
  onCause?: (cause: unknown) => void,
): Promise<ArrowMessage | 'end' | 'cut'> {
  const prefix = await window.bytes(position, 8);
  if (prefix.byteLength === 0) return 'end';
  if (prefix.byteLength < 4) return 'cut';
  const first = prefix.readInt32LE(0);
  if (first === 0) return 'end';
  if (first === continuation && prefix.byteLength < 8) return 'cut';
  // Before Arrow 0.15 the length came without the continuation mark.
  const headerBytes = first === continuation ? prefix.readInt32LE(4) : first;
  if (headerBytes === 0) return 'end';
  const headerStart = position + (first === continuation ? 8 : 4);
  if (headerBytes < 0 || headerBytes > largestHeader) return 'cut';
  const header = await window.bytes(headerStart, headerBytes);
  if (header.byteLength < headerBytes) return 'cut';
  const described = describe(header, onCause);
  if (described === undefined) return 'cut';
  const end = headerStart + headerBytes + described.bodyBytes;
  return end > window.size ? 'cut' : { ...described, start: position, end };
}

function describe(
  header: Buffer,
  onCause?: (cause: unknown) => void,
): DescribedMessage | undefined {
  try {
    checkFlatbuffer(header, messageTable);
    const message = Message.decode(header);
    const { bodyLength: bodyBytes } = message;
    if (!Number.isSafeInteger(bodyBytes) || bodyBytes < 0) return undefined;
    if (message.isSchema()) {
      const schema = message.header();
      return {
        kind: 'schema',
        rows: 0,
        bodyBytes,
        schema,
        isBigEndian: isBigEndian(header, 'message'),
      };
    }
    if (message.isDictionaryBatch()) {
      const { id, data: layout, isDelta } = message.header();
      return { kind: 'dictionary', rows: 0, bodyBytes, layout, id, isDelta };
    }
    if (!message.isRecordBatch()) return undefined;
    const layout = message.header();
    return { kind: 'batch', rows: layout.length, bodyBytes, layout };
  } catch (error) {
    // Damaged bytes end in any kind of error; what they mean is that this is no message.
    onCause?.(error);
    return undefined;
  }
}
