import fs from 'node:fs/promises';
import {
  type AsyncRecordBatchFileReader,
  type RecordBatch,
  RecordBatchReader,
  type Schema,
} from 'apache-arrow';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import { bigEndianReason, isBigEndian } from '../../operators/arrow/byte-order.ts';
import { type BatchMessage, readArrowMessage } from '../../operators/arrow/arrow-messages.ts';
import { footerTable } from '../../operators/arrow/arrow-metadata.ts';
import { checkFlatbuffer, structsOf } from '../../operators/arrow/check-flatbuffer.ts';
import { checkLayout } from '../../operators/arrow/check-layout.ts';
import { checkValues } from './check-values.ts';
import { fieldsOf } from './fields-of.ts';
import { kindInstead } from '../../operators/files/file-kind.ts';
import { type FileWindow, openFileWindow } from '../../operators/files/file-window.ts';

/** An Arrow file opened for reading one batch at a time. */
export interface ArrowFileReader {
  readonly path: string;
  readonly schema: Schema;
  /** Number of record batches. */
  readonly batches: number;
  /**
   * Reads one batch, and checks that what it promises is there. The caller owns it.
   * @throws {PipelineError} `ERR_FORMAT` when it is damaged.
   */
  batch(index: number): Promise<RecordBatch>;
  /** Rows of a batch by its header. @throws {PipelineError} `ERR_FORMAT` when it is damaged. */
  rowsOf(index: number): Promise<number>;
  /** Idempotent. */
  close(): Promise<void>;
}

const magic = Buffer.from('ARROW1');
// Magic and padding at the start; footer length and magic at the end.
const headBytes = 8;
const tailBytes = 10;

/**
 * Opens an Arrow IPC file for random access: memory holds the footer, the dictionaries and the batches asked for.
 *
 * @throws {PipelineError} `ERR_READ` when the file cannot be opened, `ERR_FORMAT` when it is damaged or no Arrow file.
 */
export async function openArrowReader(path: string): Promise<ArrowFileReader> {
  const handle = await fs.open(path, 'r').catch((error: unknown) => {
    throw new PipelineError('ERR_READ', `Cannot read \`${path}\`: ${messageOf(error)}`, {
      path,
      cause: error,
    });
  });
  let window: FileWindow | undefined;
  const close = async (): Promise<void> => {
    await handle.close();
    await window?.close();
  };
  try {
    window = await openFileWindow(path);
    return await readerOf(path, handle, window, close);
  } catch (error) {
    await close();
    if (error instanceof PipelineError) throw error;
    throw damaged(path, messageOf(error), error);
  }
}

async function readerOf(
  path: string,
  handle: fs.FileHandle,
  window: FileWindow,
  close: () => Promise<void>,
): Promise<ArrowFileReader> {
  const { dictionaries, batches } = await readFooter(window);
  const held: BatchMessage[] = [];
  for (const offset of dictionaries) held.push(await messageAt(window, offset, 'dictionary'));
  const reader = await openReader(handle);
  const { schema } = reader;
  const checkHeader = (message: BatchMessage): void =>
    checkLayout(fieldsOf(schema, message), message.layout, message.bodyBytes);
  for (const message of held) checkHeader(message);
  const headerOf = async (index: number): Promise<BatchMessage> => {
    const message = await messageAt(window, batches[index]!, 'batch');
    checkHeader(message);
    return message;
  };
  const ofBatch = async <T>(index: number, read: () => Promise<T>): Promise<T> => {
    if (!Number.isInteger(index) || index < 0 || index >= batches.length) {
      throw new RangeError(
        `Expected \`index\` to be an integer from 0 to ${batches.length - 1}, got \`${index}\``,
      );
    }
    try {
      return await read();
    } catch (error) {
      if (error instanceof PipelineError) throw error;
      throw damaged(path, `batch ${index} cannot be read (${messageOf(error)})`, error);
    }
  };
  return {
    path,
    schema,
    batches: batches.length,
    rowsOf: (index) => ofBatch(index, async () => (await headerOf(index)).rows),
    batch: (index) =>
      ofBatch(index, async () => {
        const { rows } = await headerOf(index);
        const batch = await reader.readRecordBatch(index);
        if (batch?.numRows !== rows) throw new Error('it is not where the footer says');
        checkValues(batch);
        return batch;
      }),
    close,
  };
}

/** All batches in order, one in memory at a time. The file is closed however the loop ends. */
export async function* readArrowFile(path: string): AsyncGenerator<RecordBatch, void, undefined> {
  const reader = await openArrowReader(path);
  try {
    for (let index = 0; index < reader.batches; index += 1) yield await reader.batch(index);
  } finally {
    await reader.close();
  }
}

async function openReader(handle: fs.FileHandle): Promise<AsyncRecordBatchFileReader> {
  const reader = await RecordBatchReader.from(handle);
  await reader.open();
  return reader as AsyncRecordBatchFileReader;
}

/** Offsets of the messages of a file, as its footer has them. */
interface FooterBlocks {
  readonly dictionaries: readonly number[];
  readonly batches: readonly number[];
}

// Of a block of the footer: offset, bytes of the header, padding, bytes of the body.
const blockBytes = 24;

/** Checks what Arrow's reader takes for granted: both magic words, and a footer that is whole. */
async function readFooter(window: FileWindow): Promise<FooterBlocks> {
  const { path, size } = window;
  if (size < headBytes + tailBytes) {
    throw damaged(path, `${size} bytes are too few for an Arrow file`);
  }
  const head = Buffer.from(await window.bytes(0, magic.byteLength));
  const tail = Buffer.from(await window.bytes(size - tailBytes, tailBytes));
  if (!head.equals(magic)) {
    const instead = await kindInstead(path, 'a file that does not begin like one');
    throw damaged(path, `it is no Arrow file but ${instead}`);
  }
  if (!tail.subarray(4).equals(magic)) throw damaged(path, 'it is cut: the end is missing');
  const footerBytes = tail.readInt32LE(0);
  if (footerBytes < 1 || footerBytes > size - headBytes - tailBytes) {
    throw damaged(path, `a footer of ${footerBytes} bytes does not fit in`);
  }
  const footer = await window.bytes(size - tailBytes - footerBytes, footerBytes);
  checkFlatbuffer(footer, footerTable);
  if (isBigEndian(footer, 'footer')) throw foreign(path);
  const [dictionaries, batches] = [2, 3].map((slot) => {
    const blocks = structsOf(footer, slot, blockBytes);
    const count = blocks.byteLength / blockBytes;
    return Array.from({ length: count }, (_, at) =>
      Number(blocks.getBigInt64(at * blockBytes, true)),
    );
  }) as [number[], number[]];
  return { dictionaries, batches };
}

async function messageAt(
  window: FileWindow,
  offset: number,
  kind: 'dictionary' | 'batch',
): Promise<BatchMessage> {
  const isInside = Number.isSafeInteger(offset) && offset >= headBytes && offset < window.size;
  const message = isInside ? await readArrowMessage(window, offset) : 'cut';
  if (typeof message !== 'string' && message.kind !== 'schema' && message.kind === kind)
    return message;
  throw new Error(`there is no ${kind} at byte ${offset}, where the footer says`);
}

function foreign(path: string): PipelineError {
  return new PipelineError('ERR_FORMAT', `Could not read \`${path}\`: ${bigEndianReason}`, {
    path,
  });
}

function damaged(path: string, what: string, cause?: unknown): PipelineError {
  return new PipelineError('ERR_FORMAT', `\`${path}\` is damaged: ${what}. Write it anew.`, {
    path,
    cause,
  });
}
