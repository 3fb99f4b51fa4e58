import type { VectorSelection } from '../../operators/curation/selection/select-vectors.ts';
import type { VectorSet } from '../../operators/evaluation/vectors/vector-set.ts';
import { columnOf, type TableColumn } from '../arrow/table-file.ts';
import { type ResultReport, writeResult } from './result-folder.ts';
import type { SetSource } from './set-source.ts';

/** Provenance of a selection, as `summary.json` has it. */
export interface SelectionProvenance {
  readonly layer: string;
  readonly seed: number;
  readonly set: SetSource;
  /** Null for none. */
  readonly labelled: SetSource | null;
}

/** A selection, and the rows that it is of, for their ids and classes. */
export interface SelectionContent {
  readonly set: Pick<VectorSet, 'id' | 'labels' | 'classes'>;
  readonly selection: VectorSelection;
}

/**
 * Writes a selection into a folder, which is made if need be.
 *
 * ```
 * selection.arrow   the rows in the order in which they were chosen
 * coverage.arrow    how far all rows are from the first ones chosen
 * summary.json      method, seed, sources and totals
 * ```
 *
 * @throws {PipelineError} `ERR_WRITE`.
 * @throws The reason of `signal`, when it aborts first; there is no summary then.
 */
export async function writeSelection(
  folder: string,
  content: SelectionContent,
  provenance: SelectionProvenance,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ResultReport> {
  const { method, positions, coverage, selectable, excluded, passes } = content.selection;
  const chosen = positions.length;
  const tables = [
    { name: 'selection.arrow', columns: selectionColumns(content), rows: chosen },
    { name: 'coverage.arrow', columns: coverageColumns(coverage), rows: coverage.length },
  ];
  const totals = { method, chosen, selectable, excluded, passes };
  const summary = { ...provenance, ...totals, covered: coverage.at(-1)! };
  const result = { format: 'sincere-selection', version: 1, tables, summary } as const;
  return await writeResult(folder, result, { signal });
}

function selectionColumns({ set, selection }: SelectionContent): readonly TableColumn[] {
  const { positions, distances } = selection;
  const places = Array.from(positions.keys());
  const column = <V>(value: (place: number, position: number) => V) =>
    columnOf(places, (place) => value(place, positions[place]!));
  return [
    /** From 1, in the order of choice. */
    { name: 'rank', type: 'int32', values: column((place) => place + 1) },
    { name: 'id', type: 'utf8', values: column((_, position) => set.id(position)) },
    /** Null when unknown. */
    {
      name: 'class',
      type: 'utf8',
      nullable: true,
      values: column((_, position) => set.classes[set.labels[position]!] ?? null),
    },
    /** Null for the first when nothing is labelled. */
    {
      name: 'distance',
      type: 'float64',
      nullable: true,
      values: column((place) => (Number.isNaN(distances[place]!) ? null : distances[place]!)),
    },
  ];
}

function coverageColumns(coverage: VectorSelection['coverage']): readonly TableColumn[] {
  return [
    { name: 'chosen', type: 'int32', values: columnOf(coverage, ({ chosen }) => chosen) },
    { name: 'max_distance', type: 'float64', values: columnOf(coverage, ({ max }) => max) },
    { name: 'mean_distance', type: 'float64', values: columnOf(coverage, ({ mean }) => mean) },
  ];
}
