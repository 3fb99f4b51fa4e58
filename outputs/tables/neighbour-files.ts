import { Field, Float64, Int32, Schema, Utf8 } from 'apache-arrow';
import fs from 'node:fs/promises';
import path from 'node:path';
import { writeAtomicJson } from '../../operators/files/atomic-file.ts';
import { writeError } from '../../operators/files/write-error.ts';
import {
  float64Column,
  nullableInt32Column,
  recordBatch,
  utf8Column,
} from '../arrow/arrow-columns.ts';
import { type ArrowFileReport, openArrowFile } from '../arrow/arrow-file.ts';
import { producer } from '../files/producer.ts';
import { type ResultReport, summaryName } from './result-folder.ts';
import type { FoundPlaces, SearchParts } from './search-parts.ts';

/** Rows of a set by position: ids, and classes where they are known. */
export interface NamedRows {
  readonly id: (position: number) => string;
  readonly class: (position: number) => string | null;
}

/** A finished search, to be written. */
export interface NeighbourSearch {
  readonly parts: SearchParts;
  /** Neighbours of each query; 0 writes a table without rows. */
  readonly places: number;
  readonly queries: NamedRows;
  readonly support: NamedRows;
  /** Provenance and counts. */
  readonly summary: Readonly<Record<string, unknown>>;
}

/** Columns of `neighbours.arrow`: a row for each query and place, queries in order of position, nearest first. */
const schema = new Schema([
  new Field('query_id', new Utf8(), false),
  /** Place, from 1. */
  new Field('rank', new Int32(), false),
  new Field('id', new Utf8(), false),
  /** Cosine similarity, −1 to 1, summed in float64. */
  new Field('similarity', new Float64(), false),
  /** Null when unknown. */
  new Field('query_class', new Utf8(), true),
  new Field('class', new Utf8(), true),
]);

/** Rows of one record batch, about. */
const rowsAtOnce = 8192;

/**
 * Writes `neighbours.arrow` and `summary.json`, then removes the parts. The bytes are a function of what was found.
 *
 * Memory: the rows of a record batch.
 *
 * @throws {PipelineError} `ERR_WRITE`.
 * @throws The reason of `signal`, when it aborts first; the parts are left then.
 */
export async function writeNeighbours(
  folder: string,
  { parts, places, queries, support, summary }: NeighbourSearch,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ResultReport> {
  const said = path.join(folder, summaryName);
  await fs.rm(said, { force: true }).catch((error: unknown) => {
    throw writeError(said, error);
  });
  const metadata = { producer, format: 'sincere-neighbours', version: '1' };
  const sink = await openArrowFile(path.join(folder, 'neighbours.arrow'), schema, { metadata });
  let file: ArrowFileReport;
  try {
    const atOnce = Math.max(1, Math.floor(rowsAtOnce / Math.max(1, places)));
    for await (const group of parts.read(atOnce)) {
      signal?.throwIfAborted();
      if (places > 0) await sink.write(batchOf(group, { places, queries, support }));
    }
    file = await sink.close();
  } catch (error) {
    await sink.abort();
    throw error;
  }
  const { rows, bytes, sha256 } = file;
  const files = [{ file: path.basename(file.path), rows, bytes, sha256 }];
  await writeAtomicJson(said, {
    format: 'sincere-neighbours',
    version: 1,
    producer,
    ...summary,
    files,
  });
  await parts.remove();
  return { path: folder, files: [file], summary: said };
}

function batchOf(
  { first, positions, similarities }: FoundPlaces,
  { places, queries, support }: Pick<NeighbourSearch, 'places' | 'queries' | 'support'>,
) {
  const found = Array.from(positions);
  const ofQuery = <V>(value: (position: number) => V): V[] =>
    found.map((_, at) => value(first + Math.floor(at / places)));
  return recordBatch(schema, [
    utf8Column(ofQuery(queries.id)),
    nullableInt32Column(found.map((_, at) => (at % places) + 1)),
    utf8Column(found.map(support.id)),
    float64Column(Array.from(similarities)),
    utf8Column(ofQuery(queries.class)),
    utf8Column(found.map(support.class)),
  ]);
}
