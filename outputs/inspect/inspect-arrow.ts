import fs from 'node:fs/promises';
import { countFileRows } from '../convert/arrow-source.ts';
import { openArrowReader } from '../arrow/read-arrow-file.ts';
import { openArrowStream } from '../arrow/read-arrow-stream.ts';
import { columnsOf, columnSummary, previewOf } from './column-summary.ts';
import type { InspectedTable, Inspection, InspectPathOptions } from './inspection.ts';
import type { RecordBatch, Schema } from 'apache-arrow';

/**
 * Describes an Arrow file by its footer, the headers of its batches, and its first batch.
 *
 * @throws {PipelineError} `ERR_FORMAT` when it is damaged.
 */
export async function inspectArrowFile(
  path: string,
  options: InspectPathOptions,
): Promise<Inspection> {
  const reader = await openArrowReader(path);
  try {
    const rows = await countFileRows(reader);
    const { schema, batches } = reader;
    const readBatches = async function* (): AsyncGenerator<RecordBatch> {
      for (let index = 0; index < batches; index += 1) yield await reader.batch(index);
    };
    const read = await readRows(readBatches(), schema, rows, options);
    return {
      path,
      kind: 'arrow-file',
      what: `Arrow file${writtenBy(schema)}`,
      facts: { rows, batches, bytes: await sizeOf(path), ...read.facts },
      metadata: Object.fromEntries(schema.metadata),
      columns: columnsOf(schema),
      tables: read.tables,
      preview: read.preview,
      problems: [],
    };
  } finally {
    await reader.close();
  }
}

/**
 * Describes an Arrow stream by the headers of its batches, its sidecar, and its first rows.
 *
 * @throws {PipelineError} `ERR_FORMAT` when it is damaged, or holds fewer rows than its sidecar says.
 */
export async function inspectArrowStream(
  path: string,
  options: InspectPathOptions,
): Promise<Inspection> {
  const reader = await openArrowStream(path);
  try {
    const { schema, rows, batches, ended, expectedRows, tailBytes } = reader;
    const read = await readRows(reader.read(), schema, rows, options);
    return {
      path,
      kind: 'arrow-stream',
      what: `Arrow stream${writtenBy(schema)}, ${ended ? 'ended' : 'not ended: it grows, or its writer was stopped'}`,
      facts: {
        rows,
        rowsBySidecar: expectedRows,
        batches,
        bytes: await sizeOf(path),
        ended,
        ...(tailBytes === 0 ? {} : { unfinishedRowBytes: tailBytes }),
        ...read.facts,
      },
      metadata: Object.fromEntries(schema.metadata),
      columns: columnsOf(schema),
      tables: read.tables,
      preview: read.preview,
      problems: [],
    };
  } finally {
    await reader.close();
  }
}

interface RowsRead {
  readonly facts: { readonly verified?: string };
  readonly tables: readonly InspectedTable[];
  readonly preview: Inspection['preview'];
}

/** The first rows; when everything is to be verified, all of them, with a summary. */
async function readRows(
  batches: AsyncGenerator<RecordBatch>,
  schema: Schema,
  total: number,
  { rows = 5, verify = false, signal, onRows }: InspectPathOptions,
): Promise<RowsRead> {
  const preview: Inspection['preview'][number][] = [];
  const summary = columnSummary(schema);
  let read = 0;
  if (verify || rows > 0) {
    for await (const batch of batches) {
      signal?.throwIfAborted();
      preview.push(...previewOf(batch, rows - preview.length));
      if (verify) summary.add(batch);
      read += batch.numRows;
      if (verify) onRows?.(read, total);
      else if (preview.length >= rows) break;
    }
  }
  if (!verify) return { facts: {}, tables: [], preview };
  return { facts: { verified: `all ${read} rows read` }, tables: summary.tables(), preview };
}

function writtenBy({ metadata }: Schema): string {
  const [producer, format] = [metadata.get('producer'), metadata.get('format')];
  if (producer === undefined) return ' (plain: its writer left no note)';
  return ` of ${producer}${format === undefined ? '' : ` (${format})`}`;
}

/** Bytes of a file. */
export async function sizeOf(path: string): Promise<number> {
  return (await fs.stat(path)).size;
}
