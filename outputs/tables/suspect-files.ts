import type { SuspectLabels } from '../../operators/curation/suspects/suspect-labels.ts';
import type { VectorSet } from '../../operators/evaluation/vectors/vector-set.ts';
import type { TableColumn } from '../arrow/table-file.ts';
import { type ResultReport, writeResult } from './result-folder.ts';
import type { SetSource } from './set-source.ts';

/** Provenance of suspects, as `summary.json` has it. */
export interface SuspectProvenance {
  readonly layer: string;
  readonly temperature: number;
  readonly sample: number;
  readonly duplicate: number;
  readonly seed: number;
  readonly set: SetSource;
  readonly of: SetSource;
}

/** Provenance of suspects of the history of a run. */
export interface HistoryProvenance {
  /** Its `samples.arrows`. */
  readonly history: string;
  readonly records: number;
  readonly epochs: number;
}

/** Totals of the suspects of a set. */
export interface SuspectTotals {
  readonly rows: number;
  readonly withoutClass: number;
  readonly suspects: number;
  /** Label errors that the confident joint estimates. */
  readonly estimated: number;
  /** Rows with a near-duplicate of another class. */
  readonly duplicates: number;
}

/** Adds up what was found. */
export function suspectTotals({
  labels,
  suspect,
  duplicate,
  pairs,
  count,
}: SuspectLabels): SuspectTotals {
  return {
    rows: count,
    withoutClass: labels.reduce((sum, label) => sum + (label < 0 ? 1 : 0), 0),
    suspects: suspect.reduce((sum, value) => sum + value, 0),
    estimated: pairs.reduce((sum, { estimated }) => sum + estimated, 0),
    duplicates: duplicate.reduce((sum, row) => sum + (row >= 0 ? 1 : 0), 0),
  };
}

/** Rows in the order of their rank, then those without one by position. */
export function rankedRows({ rank, count }: SuspectLabels): Int32Array {
  const place = (row: number): number => rank[row]! || count + 1;
  const rows = Int32Array.from({ length: count }, (_, row) => row);
  return rows.sort((a, b) => place(a) - place(b) || a - b);
}

/**
 * Writes the suspects of a set into a folder, which is made if need be.
 *
 * ```
 * suspects.arrow     a row for each image, the most suspicious first
 * neighbours.arrow   the neighbours of the suspects, and of images without a class
 * pairs.arrow        which classes are mistaken for which
 * summary.json       totals, and the threshold of each class, null for none
 * ```
 *
 * @param set The rows that were judged, for their ids.
 * @throws {PipelineError} `ERR_WRITE`.
 * @throws The reason of `signal`, when it aborts first; there is no summary then.
 */
export async function writeSuspects(
  folder: string,
  { set, found }: { readonly set: Pick<VectorSet, 'id'>; readonly found: SuspectLabels },
  provenance: SuspectProvenance | HistoryProvenance,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ResultReport> {
  const order = rankedRows(found);
  const near = shownNeighbours(found, order);
  const { pairs, classes, thresholds, sampled, k } = found;
  const tables = [
    { name: 'suspects.arrow', columns: suspectColumns(set, found, order), rows: order.length },
    { name: 'neighbours.arrow', columns: neighbourColumns(set, found, near), rows: near.length },
    { name: 'pairs.arrow', columns: pairColumns(found), rows: pairs.length },
  ];
  const summary = {
    ...provenance,
    k,
    sampled,
    ...suspectTotals(found),
    thresholds: Object.fromEntries(
      classes.map((name, at) => [name, Number.isFinite(thresholds[at]!) ? thresholds[at]! : null]),
    ),
  };
  const content = { format: 'sincere-suspects', version: 1, tables, summary } as const;
  return await writeResult(folder, content, { signal });
}

type Columns = TableColumn[];

/** A column over the rows of `order`. */
function over(order: Int32Array) {
  const each =
    <V>(value: (row: number) => V) =>
    (from: number, to: number): V[] =>
      Array.from(order.subarray(from, to), value);
  return {
    text: (name: string, value: (row: number) => string | null, nullable = true): TableColumn => {
      return { name, type: 'utf8', nullable, values: each(value) };
    },
    /** NaN is null. */
    number: (name: string, value: (row: number) => number): TableColumn => {
      const orNull = (row: number): number | null => (Number.isNaN(value(row)) ? null : value(row));
      return { name, type: 'float64', nullable: true, values: each(orNull) };
    },
    whole: (name: string, value: (row: number) => number | null): TableColumn => {
      return { name, type: 'int32', nullable: true, values: each(value) };
    },
  };
}

function suspectColumns(
  set: Pick<VectorSet, 'id'>,
  found: SuspectLabels,
  order: Int32Array,
): Columns {
  const { text, number, whole } = over(order);
  const { classes, labels, support, duplicate } = found;
  const isKnown = (row: number): boolean => labels[row]! >= 0;
  // Of the history of a run there are no neighbours.
  const votes = found.k === 0 ? '' : 'knn_';
  return [
    text('id', (row) => set.id(row), false),
    /** Given; null when unknown. */
    text('class', (row) => classes[labels[row]!] ?? null),
    /** Null when nobody votes. */
    text('suggested', (row) => classes[found.suggested[row]!] ?? null),
    number('suggested_share', (row) => found.suggestedShare[row]!),
    number(`${votes}self_confidence`, (row) => found.selfConfidence[row]!),
    number(`${votes}margin`, (row) => found.margin[row]!),
    number('loss', (row) => found.loss[row]!),
    /** 1 is the most suspicious; null without a class. */
    whole('rank', (row) => found.rank[row]! || null),
    /** 1 or 0; null without a class. */
    whole('suspect', (row) => (isKnown(row) ? found.suspect[row]! : null)),
    number('other_similarity', (row) => found.otherSimilarity[row]!),
    /** A near-duplicate of another class; null for none. */
    text('duplicate_id', (row) => (duplicate[row]! < 0 ? null : support.id(duplicate[row]!))),
    text('duplicate_class', (row) => classes[support.labels[duplicate[row]!]!] ?? null),
  ];
}

/** Places of `neighbours` that are written, of suspects first. */
function shownNeighbours(
  { k, neighbours, suspect, labels }: SuspectLabels,
  order: Int32Array,
): Int32Array {
  const places: number[] = [];
  for (const row of order) {
    if (suspect[row] === 0 && labels[row]! >= 0) continue;
    for (let at = row * k; at < (row + 1) * k; at += 1) if (neighbours[at]! >= 0) places.push(at);
  }
  return Int32Array.from(places);
}

function neighbourColumns(
  set: Pick<VectorSet, 'id'>,
  { k, neighbours, similarities, support, classes }: SuspectLabels,
  places: Int32Array,
): Columns {
  const { text, number, whole } = over(places);
  return [
    text('id', (at) => set.id(Math.floor(at / k)), false),
    /** 1 is the nearest. */
    whole('place', (at) => (at % k) + 1),
    text('neighbour_id', (at) => support.id(neighbours[at]!), false),
    text('neighbour_class', (at) => classes[support.labels[neighbours[at]!]!] ?? null),
    number('similarity', (at) => similarities[at]!),
  ];
}

function pairColumns({ pairs, classes }: SuspectLabels): Columns {
  const { text, number, whole } = over(Int32Array.from(pairs.keys()));
  return [
    text('class', (at) => classes[pairs[at]!.given]!, false),
    text('suggested', (at) => classes[pairs[at]!.suggested]!, false),
    whole('suspects', (at) => pairs[at]!.suspects),
    number('estimated', (at) => pairs[at]!.estimated),
  ];
}
