import { type RecordBatch, RecordBatchReader, type Schema } from 'apache-arrow';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import { bigEndianReason } from '../../operators/arrow/byte-order.ts';
import { type ArrowMessage, readArrowMessage } from '../../operators/arrow/arrow-messages.ts';
import { checkLayout } from '../../operators/arrow/check-layout.ts';
import { fieldsOf } from './fields-of.ts';
import { checkValues } from './check-values.ts';
import { readLogCount, sidecarOf } from './log-sidecar.ts';
import { endOfStream } from './arrow-writer.ts';
import { type FileWindow, openFileWindow } from '../../operators/files/file-window.ts';
import { isThere } from '../../operators/files/system-error.ts';
import { counted } from '../../operators/message-words.ts';

/** An Arrow stream in a file, opened for reading from the start. */
export interface ArrowStreamReader {
  readonly path: string;
  readonly schema: Schema;
  /** Whole rows that were in the file when it was opened. */
  readonly rows: number;
  readonly batches: number;
  /** True when its writer has ended it. One that grows, or was killed, has no end-of-stream mark. */
  readonly ended: boolean;
  /** Bytes after the last whole batch that are no end mark: a row that was not finished. */
  readonly tailBytes: number;
  /** Rows by the sidecar file; null when there is none. */
  readonly expectedRows: number | null;
  /** All batches in order, about a megabyte in memory at a time. @throws {PipelineError} `ERR_FORMAT`. */
  read(): AsyncGenerator<RecordBatch, void, undefined>;
  /** Idempotent. */
  close(): Promise<void>;
}

const bytesAtOnce = 1 << 20;

/**
 * Opens an Arrow stream (`.arrows`) and counts its rows by the headers of its batches.
 *
 * Readers take a cut stream for a complete one. Here a stream with fewer rows than its sidecar says, and one
 * without a sidecar that ends inside a batch, is damaged. A log that is being written, or whose writer was
 * killed, is read up to its last whole row.
 *
 * @throws {PipelineError} `ERR_READ`, or `ERR_FORMAT` when it is cut or no Arrow stream.
 */
export async function openArrowStream(path: string): Promise<ArrowStreamReader> {
  // Before the stream: what is appended in between only adds rows.
  const expectedRows = (await isThere(sidecarOf(path))) ? await readLogCount(path) : null;
  const window = await openFileWindow(path);
  try {
    const head = await readArrowMessage(window, 0);
    if (typeof head === 'string' || head.kind !== 'schema') {
      throw damaged(path, 'it does not begin like an Arrow stream');
    }
    if (head.isBigEndian) {
      throw new PipelineError('ERR_FORMAT', `Could not read \`${path}\`: ${bigEndianReason}`, {
        path,
      });
    }
    const schemaBytes = Buffer.from(await window.bytes(0, head.end));
    const schema = schemaOf(path, schemaBytes);
    const found = await countRows(window, schema, head.end);
    const { rows, tailBytes } = found;
    if (expectedRows !== null && rows < expectedRows) {
      throw damaged(
        path,
        `it was cut: ${counted(rows, 'row is', 'rows are')} there, \`${sidecarOf(path)}\` says ${counted(expectedRows)}`,
      );
    }
    if (expectedRows === null && tailBytes > 0) {
      throw damaged(
        path,
        `it was cut: ${counted(tailBytes, 'byte')} after row ${rows} make no whole batch`,
      );
    }
    return {
      path,
      schema,
      expectedRows,
      ...found,
      read: () => readBatches(window, schemaBytes, found.end),
      close: () => window.close(),
    };
  } catch (error) {
    await window.close();
    throw error;
  }
}

interface Counted {
  readonly rows: number;
  readonly batches: number;
  readonly ended: boolean;
  readonly tailBytes: number;
  /** Offset after the last whole batch. */
  readonly end: number;
}

async function countRows(window: FileWindow, schema: Schema, start: number): Promise<Counted> {
  let [rows, batches, position] = [0, 0, start];
  for (;;) {
    const message = await readArrowMessage(window, position);
    if (typeof message === 'string') {
      const left = window.size - position;
      const ended = message === 'end' && left > 0;
      return { rows, batches, ended, tailBytes: ended ? 0 : left, end: position };
    }
    checkMessage(window.path, schema, message);
    rows += message.rows;
    batches += message.kind === 'batch' ? 1 : 0;
    position = message.end;
  }
}

function checkMessage(path: string, schema: Schema, message: ArrowMessage): void {
  if (message.kind === 'schema') throw damaged(path, 'it has a second schema');
  try {
    checkLayout(fieldsOf(schema, message), message.layout, message.bodyBytes);
  } catch (error) {
    throw damaged(path, messageOf(error), error);
  }
}

async function* readBatches(
  window: FileWindow,
  schemaBytes: Buffer,
  end: number,
): AsyncGenerator<RecordBatch, void, undefined> {
  // What a decoder must have seen before the next batch: the schema, and all dictionaries so far.
  const before: Buffer[] = [schemaBytes];
  for (let position = schemaBytes.byteLength; position < end;) {
    const messages = await messagesFrom(window, position, end);
    const next = messages.at(-1)!.end;
    const block = Buffer.from(await window.bytes(position, next - position));
    yield* decode(window.path, [...before, block]);
    for (const { kind, ...message } of messages) {
      if (kind === 'dictionary') {
        before.push(block.subarray(message.start - position, message.end - position));
      }
    }
    position = next;
  }
}

/** About a megabyte of messages, at least one. */
async function messagesFrom(
  window: FileWindow,
  start: number,
  end: number,
): Promise<ArrowMessage[]> {
  const messages: ArrowMessage[] = [];
  for (let position = start; position < end && position - start < bytesAtOnce;) {
    const message = await readArrowMessage(window, position);
    if (typeof message === 'string') {
      throw damaged(window.path, 'it became shorter while it was read');
    }
    messages.push(message);
    position = message.end;
  }
  return messages;
}

function* decode(path: string, chunks: readonly Buffer[]): Generator<RecordBatch, void, undefined> {
  try {
    for (const batch of RecordBatchReader.from(Buffer.concat([...chunks, endOfStream]))) {
      checkValues(batch);
      yield batch;
    }
  } catch (error) {
    throw damaged(path, messageOf(error), error);
  }
}

function schemaOf(path: string, schemaBytes: Buffer): Schema {
  try {
    return RecordBatchReader.from(Buffer.concat([schemaBytes, endOfStream])).open().schema;
  } catch (error) {
    throw damaged(path, messageOf(error), error);
  }
}

function damaged(path: string, why: string, cause?: unknown): PipelineError {
  return new PipelineError('ERR_FORMAT', `\`${path}\` is damaged: ${why}.`, { path, cause });
}
