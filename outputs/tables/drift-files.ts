import type { DriftRow } from '../../operators/curation/drift/drift-rows.ts';
import type { DriftExample } from '../../operators/curation/drift/far-examples.ts';
import type { VectorDrift } from '../../operators/curation/drift/drift.ts';
import { columnOf, type TableColumn } from '../arrow/table-file.ts';
import { type ResultContent, type ResultReport, writeResult } from './result-folder.ts';
import type { SetSource } from './set-source.ts';

/** Provenance of a drift. */
export interface DriftProvenance {
  readonly layer: string;
  readonly seed: number;
  readonly sample: number;
  readonly old: SetSource;
  readonly new: SetSource;
}

/**
 * Writes the files of a drift into a folder, which is made if need be.
 *
 * ```
 * drift.arrow      a row for each test, over all rows and by class
 * examples.arrow   rows of NEW that are least like any of OLD, farthest first
 * summary.json     the tests over all rows, and what could not be tested
 * ```
 *
 * @throws {PipelineError} `ERR_WRITE`.
 * @throws The reason of `signal`, when it aborts first; there is no summary then.
 */
export async function writeDrift(
  folder: string,
  drift: VectorDrift,
  provenance: DriftProvenance,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ResultReport> {
  const { rows, examples, ...about } = drift;
  const content: ResultContent = {
    format: 'sincere-drift',
    version: 1,
    tables: [
      { name: 'drift.arrow', columns: driftColumns(rows), rows: rows.length },
      { name: 'examples.arrow', columns: exampleColumns(examples), rows: examples.length },
    ],
    summary: { ...provenance, ...about, tests: overallTests(rows) },
  };
  return await writeResult(folder, content, { signal });
}

/** The tests over all rows, by statistic, as JSON has them. */
export function overallTests(
  rows: readonly DriftRow[],
): Readonly<Record<string, Pick<DriftRow, 'value' | 'p' | 'significant' | 'bandwidth'>>> {
  const overall = rows.filter((row) => row.class === null);
  return Object.fromEntries(
    overall.map(({ statistic, value, p, significant, bandwidth }) => {
      return [statistic, { value, p, significant, bandwidth }];
    }),
  );
}

function driftColumns(rows: readonly DriftRow[]): TableColumn[] {
  const number = (
    name: string,
    type: 'float64' | 'int32',
    value: (row: DriftRow) => number | null,
    nullable = true,
  ): TableColumn => ({ name, type, nullable, values: columnOf(rows, value) });
  return [
    /** Null over all rows. */
    { name: 'class', type: 'utf8', nullable: true, values: columnOf(rows, (row) => row.class) },
    /** `mmd2`, `mean_shift`, `chi_square` or `share`. */
    { name: 'statistic', type: 'utf8', values: columnOf(rows, ({ statistic }) => statistic) },
    /** Rows of each side. */
    number('n_old', 'int32', ({ oldRows }) => oldRows, false),
    number('n_new', 'int32', ({ newRows }) => newRows, false),
    /** Rows of each side that it was computed on. */
    number('used_old', 'int32', ({ usedOld }) => usedOld, false),
    number('used_new', 'int32', ({ usedNew }) => usedNew, false),
    /** Null when a side has too few rows. */
    number('value', 'float64', ({ value }) => value),
    /** By relabelling. */
    number('p', 'float64', ({ p }) => p),
    /** Of a class among the classes (Benjamini and Hochberg), else `p`. */
    number('p_adjusted', 'float64', ({ pAdjusted }) => pAdjusted),
    /** 1 when `p_adjusted` is at most `alpha`, else 0. */
    number('significant', 'int32', ({ significant }) =>
      significant === null ? null : Number(significant),
    ),
    /** Width of the Gaussian kernel of `mmd2`; null where there is none. */
    number('bandwidth', 'float64', ({ bandwidth }) => bandwidth),
  ];
}

function exampleColumns(examples: readonly DriftExample[]): TableColumn[] {
  const text = (name: string, value: (row: DriftExample) => string | null): TableColumn => ({
    name,
    type: 'utf8',
    nullable: name.endsWith('class'),
    values: columnOf(examples, value),
  });
  return [
    /** Id in NEW. */
    text('id', ({ id }) => id),
    /** Null when unknown. */
    text('class', (row) => row.class),
    /** Cosine similarity to the row of OLD that is most like it, −1 to 1. */
    {
      name: 'similarity',
      type: 'float64',
      values: columnOf(examples, ({ similarity }) => similarity),
    },
    text('nearest_id', ({ nearestId }) => nearestId),
    text('nearest_class', ({ nearestClass }) => nearestClass),
  ];
}
