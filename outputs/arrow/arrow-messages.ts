import { Message } from 'apache-arrow';
import type { FileWindow } from '../files/file-window.ts';

/** One message of Arrow's IPC formats, as its header describes it. */
export interface ArrowMessage {
  readonly kind: 'schema' | 'dictionary' | 'batch';
  /** Rows of a batch, 0 for others. */
  readonly rows: number;
  /** Offsets of its first byte, and of the next message. */
  readonly start: number;
  readonly end: number;
}

const continuation = -1;
// Far above any real header; what lies beyond is no message.
const largestHeader = 1 << 28;

/**
 * Reads the header of the message at `position`; its body is not touched.
 *
 * @returns `'end'` at an end mark or the end of the file, `'cut'` where a message is not all there or is none.
 */
export async function readArrowMessage(
  window: FileWindow,
  position: number,
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
  const described = describe(header);
  if (described === undefined) return 'cut';
  const { bodyBytes, ...message } = described;
  const end = headerStart + headerBytes + bodyBytes;
  return end > window.size ? 'cut' : { ...message, start: position, end };
}

function describe(
  header: Buffer,
): (Pick<ArrowMessage, 'kind' | 'rows'> & { readonly bodyBytes: number }) | undefined {
  try {
    const message = Message.decode(header);
    const { bodyLength: bodyBytes } = message;
    if (!Number.isSafeInteger(bodyBytes) || bodyBytes < 0) return undefined;
    if (message.isSchema()) return { kind: 'schema', rows: 0, bodyBytes };
    if (message.isDictionaryBatch()) return { kind: 'dictionary', rows: 0, bodyBytes };
    if (!message.isRecordBatch()) return undefined;
    return { kind: 'batch', rows: message.header().length, bodyBytes };
  } catch {
    // Damaged bytes end in any kind of error; what they mean is that this is no message.
    return undefined;
  }
}
