import path from 'node:path';
import type { RecordBatch, Schema } from 'apache-arrow';
import { PipelineError } from '../../operators/errors.ts';
import { classColumns } from '../arrow/arrow-columns.ts';
import { readArrowMessage } from '../../operators/arrow/arrow-messages.ts';
import { embeddingsSchema } from '../embeddings/embeddings-schema.ts';
import { kindInstead } from '../../operators/files/file-kind.ts';
import { openFileWindow } from '../../operators/files/file-window.ts';
import { statGiven } from '../../operators/files/stat-of.ts';
import { type ArrowFileReader, openArrowReader } from '../arrow/read-arrow-file.ts';
import { openArrowStream } from '../arrow/read-arrow-stream.ts';
import { partBatches } from '../exports/part-batches.ts';
import { openEmbeddings } from '../embeddings/read-embeddings.ts';

/** Rows with one schema, whichever files they lie in. */
export interface ArrowSource {
  readonly path: string;
  readonly schema: Schema;
  readonly rows: number;
  /** About what a row takes, in bytes; where the types do not tell. */
  readonly rowBytes?: number | undefined;
  /** All rows in order; one batch, or about a megabyte of small ones, in memory at a time. */
  read(): AsyncGenerator<RecordBatch, void, undefined>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Arrow IPC format of a file, file or stream, by how it begins; undefined when it is something else. */
export async function arrowKindOf(file: string): Promise<'file' | 'stream' | undefined> {
  const window = await openFileWindow(file);
  try {
    if ((await window.bytes(0, 6)).toString('latin1') === 'ARROW1') return 'file';
    const message = await readArrowMessage(window, 0);
    return typeof message !== 'string' && message.kind === 'schema' ? 'stream' : undefined;
  } finally {
    await window.close();
  }
}

/**
 * Rows of whatever holds Arrow rows: a finished embeddings folder, an Arrow file, or an Arrow stream.
 *
 * @returns To be closed by the caller.
 * @throws {PipelineError} `ERR_READ` when there is nothing, `ERR_FORMAT` when it is unfinished, damaged or no
 * Arrow.
 * @example
 * ```ts
 * const source = await openArrowSource('runs/a/metrics.arrows');
 * console.log(source.rows, source.schema.names);
 * for await (const batch of source.read()) console.log(batch.getChild('loss')?.get(0));
 * await source.close();
 * ```
 */
export async function openArrowSource(source: string): Promise<ArrowSource> {
  const stat = await statGiven(source);
  if (stat.isDirectory()) return await embeddingsSource(source);
  const kind = await arrowKindOf(source);
  if (kind === 'stream') return await openArrowStream(source);
  if (kind === 'file') return await fileSource(source);
  const instead = await kindInstead(source, 'something else');
  throw new PipelineError(
    'ERR_FORMAT',
    `Expected \`${source}\` to be an Arrow file, an Arrow stream or a folder that \`embed\` wrote, got ${instead}.`,
    { path: source },
  );
}

/** Row count of an Arrow file, by the headers of its batches. */
export async function countFileRows(reader: ArrowFileReader): Promise<number> {
  let rows = 0;
  for (let index = 0; index < reader.batches; index += 1) rows += await reader.rowsOf(index);
  return rows;
}

async function fileSource(file: string): Promise<ArrowSource> {
  const reader = await openArrowReader(file);
  try {
    const rows = await countFileRows(reader);
    return {
      path: file,
      schema: reader.schema,
      rows,
      read: () => fileBatches(reader),
      close: () => reader.close(),
    };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

async function embeddingsSource(folder: string): Promise<ArrowSource> {
  const { manifest, rows } = await openEmbeddings(folder);
  const files = manifest.parts.map((part) => path.join(folder, part.file));
  const schema =
    files[0] === undefined
      ? embeddingsSchema(classColumns(manifest.classes).type, manifest)
      : await schemaOf(files[0]);
  return {
    path: folder,
    schema,
    rows,
    async *read() {
      for (const file of files) yield* partBatches(file, schema);
    },
    close: async () => {},
  };
}

async function schemaOf(file: string): Promise<Schema> {
  const reader = await openArrowReader(file);
  await reader.close();
  return reader.schema;
}

async function* fileBatches(reader: ArrowFileReader): AsyncGenerator<RecordBatch, void, undefined> {
  for (let index = 0; index < reader.batches; index += 1) yield await reader.batch(index);
}
