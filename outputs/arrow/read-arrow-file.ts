import fs from 'node:fs/promises';
import {
  type AsyncRecordBatchFileReader,
  type RecordBatch,
  RecordBatchReader,
  type Schema,
} from 'apache-arrow';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import { kindInstead } from '../files/file-kind.ts';

/** An Arrow file opened for reading one batch at a time. */
export interface ArrowFileReader {
  readonly path: string;
  readonly schema: Schema;
  /** Number of record batches. */
  readonly batches: number;
  /** Reads one batch. The caller owns it. @throws {PipelineError} `ERR_FORMAT` when it is damaged. */
  batch(index: number): Promise<RecordBatch>;
  /** Idempotent. */
  close(): Promise<void>;
}

const magic = Buffer.from('ARROW1');
// Magic and padding at the start; footer length and magic at the end.
const headBytes = 8;
const tailBytes = 10;

/**
 * Opens an Arrow IPC file for random access: memory holds the footer and the batches asked for.
 *
 * @throws {PipelineError} `ERR_READ` when the file cannot be opened, `ERR_FORMAT` when it is cut or no
 * Arrow file.
 */
export async function openArrowReader(path: string): Promise<ArrowFileReader> {
  const handle = await fs.open(path, 'r').catch((error: unknown) => {
    throw new PipelineError('ERR_READ', `Cannot read \`${path}\`: ${messageOf(error)}`, {
      path,
      cause: error,
    });
  });
  try {
    await checkFrame(handle, path);
    const reader = await openReader(handle);
    const batches = reader.numRecordBatches;
    return {
      path,
      schema: reader.schema,
      batches,
      async batch(index) {
        if (!Number.isInteger(index) || index < 0 || index >= batches) {
          throw new RangeError(
            `Expected \`index\` to be an integer from 0 to ${batches - 1}, got \`${index}\``,
          );
        }
        const batch = await reader.readRecordBatch(index).catch((error: unknown) => {
          throw damaged(path, `batch ${index} cannot be read (${messageOf(error)})`, error);
        });
        if (batch === null) throw damaged(path, `batch ${index} is not where the footer says`);
        return batch;
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    if (error instanceof PipelineError) throw error;
    throw damaged(path, messageOf(error), error);
  }
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

/** Checks what Arrow's reader takes for granted: both magic words, and a footer that lies inside the file. */
async function checkFrame(handle: fs.FileHandle, path: string): Promise<void> {
  const { size } = await handle.stat();
  if (size < headBytes + tailBytes) {
    throw damaged(path, `${size} bytes are too few for an Arrow file`);
  }
  const head = Buffer.alloc(magic.byteLength);
  const tail = Buffer.alloc(tailBytes);
  await handle.read(head, 0, head.byteLength, 0);
  await handle.read(tail, 0, tailBytes, size - tailBytes);
  if (!head.equals(magic)) {
    const instead = await kindInstead(path, 'a file that does not begin like one');
    throw damaged(path, `it is no Arrow file but ${instead}`);
  }
  if (!tail.subarray(4).equals(magic)) throw damaged(path, 'it is cut: the end is missing');
  const footerBytes = tail.readInt32LE(0);
  if (footerBytes < 1 || footerBytes > size - headBytes - tailBytes) {
    throw damaged(path, `a footer of ${footerBytes} bytes does not fit in`);
  }
}

function damaged(path: string, what: string, cause?: unknown): PipelineError {
  return new PipelineError('ERR_FORMAT', `\`${path}\` is damaged: ${what}. Write it anew.`, {
    path,
    cause,
  });
}
