import type { Place, StoredObject } from '../store/object-store.ts';
import { columnFeatures } from '../tables/class-features.ts';
import { openTableObject } from '../tables/open-table.ts';
import type { TableColumn } from '../tables/table-file.ts';
import { formatError, rowsTogether } from './rows-together.ts';
import type { VectorColumn, VectorTable } from './vector-table.ts';

/**
 * Opens an Arrow file, an Arrow stream or a Parquet file as a table with vectors: columns of lists of numbers. Its metadata
 * alone are read.
 *
 * Vectors are never made into lists of JavaScript's numbers: bytes of the file become float32 at once. Memory beside them: of
 * Arrow some MiB, or the buffers of one compressed record batch; of Parquet 8 MiB, and a page of each column. What is compressed
 * is decoded to at most 48 MiB and 256 times its bytes, and to at most 1 GiB.
 *
 * @param place The location, for messages.
 * @throws {PipelineError} `ERR_FORMAT`, naming it, when it is damaged, or of no kind that is read.
 * @throws The reason of the signal when it aborts.
 */
export async function openTableVectors(
  { store }: Place,
  object: StoredObject,
  signal?: AbortSignal,
): Promise<VectorTable> {
  signal?.throwIfAborted();
  const url = store.url(object.key);
  try {
    const file = await openTableObject(store, object);
    const { classNames } = columnFeatures(file.metadata);
    return {
      url,
      format: file.format,
      columns: file.columns.map(vectorColumn),
      rows: file.rows,
      metadata: file.metadata,
      notes: file.isOpenEnded === true ? [openEndedNote(url)] : [],
      classNames: (column) => classNames.get(column),
      batches: (vector, names, chosen = signal) =>
        rowsTogether({ file, url, vector, names, signal: chosen }),
    };
  } catch (error) {
    throw formatError(url, error, `\`${url}\``);
  }
}

function openEndedNote(url: string): string {
  return `\`${url}\` is an Arrow stream without an end mark: it may have been cut`;
}

function vectorColumn({ name, kind, isList, type, vector }: TableColumn): VectorColumn {
  if (vector !== undefined) {
    return { name, kind: 'vector', dim: vector.dim, type, numbers: vector.numbers };
  }
  return { name, kind: isList ? 'other' : kind, dim: null, type };
}
