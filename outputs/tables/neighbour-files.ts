import { Field, Float64, Int32, type RecordBatch, Schema, Utf8 } from 'apache-arrow';
import {
  float64Column,
  nullableInt32Column,
  recordBatch,
  utf8Column,
} from '../arrow/arrow-columns.ts';
import { type ResultContent, type ResultReport, writeResult } from './result-folder.ts';
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
  const batches = batchesOf({ parts, places, queries, support });
  const content: ResultContent = {
    format: 'sincere-neighbours',
    version: 1,
    tables: [{ name: 'neighbours.arrow', schema, batches }],
    summary,
  };
  const report = await writeResult(folder, content, { signal });
  await parts.remove();
  return report;
}

async function* batchesOf(search: Omit<NeighbourSearch, 'summary'>): AsyncGenerator<RecordBatch> {
  const { parts, places } = search;
  if (places === 0) return;
  const atOnce = Math.max(1, Math.floor(rowsAtOnce / places));
  for await (const group of parts.read(atOnce)) yield batchOf(group, search);
}

function batchOf(
  { first, positions, similarities }: FoundPlaces,
  { places, queries, support }: Pick<NeighbourSearch, 'places' | 'queries' | 'support'>,
): RecordBatch {
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
