import { createHash, type Hash } from 'node:crypto';
import { type RecordBatch, Schema, util } from 'apache-arrow';
import { PipelineError } from '../../operators/errors.ts';
import { ArrowFileWriter } from './arrow-writer.ts';
import { openPartialFile } from '../../operators/files/partial-file.ts';

/** Totals and hash of a finished file. */
export interface ArrowFileReport {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  /** SHA-256 of the whole file, hex. */
  readonly sha256: string;
}

/** An Arrow file being written. One call at a time. */
export interface ArrowFileSink {
  readonly path: string;
  /** Rows written so far. */
  readonly rows: number;
  /**
   * Writes one batch; settles when its bytes are in the file. Until then the batch is borrowed.
   * @throws {PipelineError} `ERR_SHAPE` when its schema is another; nothing is written then.
   * @throws {PipelineError} `ERR_WRITE`; the temporary file is gone then.
   */
  write(batch: RecordBatch): Promise<void>;
  /** Writes `batch` in the place of the last one, which it continues. Same conditions as `write`. */
  replaceLast(batch: RecordBatch): Promise<void>;
  /** Ends the file, brings it to the disk and gives it its name. */
  close(): Promise<ArrowFileReport>;
  /** Closes and removes the file. Idempotent; nothing to do after `close`. */
  abort(): Promise<void>;
}

/** Options of `openArrowFile`. */
export interface ArrowFileOptions {
  /** Added to the metadata of the schema, in this order. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** See `openPartialFile`. */
  readonly token?: string | undefined;
}

/**
 * Arrow IPC file being written, uncompressed, with memory bounded by one batch.
 *
 * The bytes are a function of schema, metadata and batches alone. They go to a temporary name in the
 * same folder; `close` brings them to the disk and renames. Keep batches below 64 MiB: readers in other
 * languages refuse very large ones.
 *
 * Uncompressed, because apache-arrow up to 21.2.0 writes compressed buffers with a wrong length that
 * Polars rejects, and because vectors of unit length hardly compress.
 *
 * @param path Final name; its folder must exist.
 * @returns To be closed, or aborted, by the caller.
 * @throws {PipelineError} `ERR_WRITE`, naming the path and the way out.
 * @example
 * ```ts
 * import { tableFromArrays } from 'apache-arrow';
 *
 * const table = tableFromArrays({ loss: Float64Array.of(4.1, 3.9) });
 * const file = await openArrowFile('losses.arrow', table.schema);
 * try {
 *   for (const batch of table.batches) await file.write(batch);
 *   console.log(await file.close());
 * } finally {
 *   await file.abort(); // removes what was not closed
 * }
 * ```
 */
export async function openArrowFile(
  path: string,
  schema: Schema,
  options: ArrowFileOptions = {},
): Promise<ArrowFileSink> {
  const { metadata = {}, token } = options;
  const file = await openPartialFile(path, token);
  const writer = new ArrowFileWriter();
  let state: 'open' | 'writing' | 'ended' = 'open';
  let position = 0;
  let rows = 0;
  let hash = createHash('sha256');
  // How things stood before the last batch, for `replaceLast`.
  let before: { readonly rows: number; readonly hash: Hash } | undefined;

  const append = async (chunks: readonly Uint8Array[]): Promise<void> => {
    const start = position;
    for (const chunk of chunks) {
      hash.update(chunk);
      position += chunk.byteLength;
    }
    await file.write(chunks, start);
  };
  const exclusively = async <T>(work: () => Promise<T>): Promise<T> => {
    if (state !== 'open') {
      throw new PipelineError(
        'ERR_CONTRACT',
        `\`${path}\` ${state === 'ended' ? 'is closed already' : 'is being written: await each call before the next'}.`,
        { path },
      );
    }
    state = 'writing';
    try {
      return await work();
    } catch (error) {
      state = 'ended';
      await file.discard();
      throw error;
    } finally {
      if (state === 'writing') state = 'open';
    }
  };
  const appendBatch = async (batch: RecordBatch): Promise<void> => {
    const chunks = writer.encode(batch);
    // Dictionaries stand before the first batch, and stay when it is replaced.
    const dictionaries = countUpTo(chunks, writer.lastBatchOffset - position);
    await append(chunks.slice(0, dictionaries));
    before = { rows, hash: hash.copy() };
    await append(chunks.slice(dictionaries));
    rows += batch.numRows;
  };

  const allMetadata = new Map([...schema.metadata, ...Object.entries(metadata)]);
  await append(writer.begin(new Schema(schema.fields, allMetadata)));

  return {
    path,
    get rows() {
      return rows;
    },
    async write(batch) {
      checkSchema(path, schema, batch);
      await exclusively(() => appendBatch(batch));
    },
    async replaceLast(batch) {
      checkSchema(path, schema, batch);
      await exclusively(async () => {
        if (before === undefined) {
          throw new PipelineError('ERR_CONTRACT', `\`${path}\` has no batch to replace.`, { path });
        }
        writer.dropLast();
        position = writer.position;
        ({ rows } = before);
        ({ hash } = before);
        await appendBatch(batch);
      });
    },
    async close() {
      return await exclusively(async () => {
        await append(writer.end());
        await file.commit(position);
        state = 'ended';
        return { path, rows, bytes: position, sha256: hash.digest('hex') };
      });
    },
    async abort() {
      state = 'ended';
      await file.discard();
    },
  };
}

/** Arrow's writer closes the file and drops the batch when a schema differs, without a word. */
function checkSchema(path: string, schema: Schema, batch: RecordBatch): void {
  if (util.compareSchemas(schema, batch.schema)) return;
  throw new PipelineError(
    'ERR_SHAPE',
    `Expected batches of \`${path}\` to have the columns ${describe(schema)}, got ${describe(batch.schema)}. ` +
      'Nothing was written.',
    { path },
  );
}

function describe(schema: Schema): string {
  return schema.fields
    .map(({ name, type, nullable }) => `\`${name}: ${type}${nullable ? '' : ' not null'}\``)
    .join(', ');
}

/** Number of chunks that make up the first `bytes`. */
function countUpTo(chunks: readonly Uint8Array[], bytes: number): number {
  let count = 0;
  for (let sum = 0; sum < bytes; count += 1) sum += chunks[count]!.byteLength;
  return count;
}
