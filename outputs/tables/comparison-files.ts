import path from 'node:path';
import type { ComparisonRow } from '../../operators/evaluation/comparison/compare-scores.ts';
import type { ArrowFileReport } from '../arrow/arrow-file.ts';
import { makeFolder } from '../../operators/files/make-folder.ts';
import { columnOf, type TableColumn, writeTable } from '../arrow/table-file.ts';

/**
 * Writes `comparison.arrow` into a folder, which is made if need be. It appears when it is complete.
 *
 * @throws {PipelineError} `ERR_WRITE`.
 */
export async function writeComparison(
  folder: string,
  rows: readonly ComparisonRow[],
  metadata: Readonly<Record<string, string>>,
): Promise<ArrowFileReport> {
  await makeFolder(folder);
  const number = (name: string, value: (row: ComparisonRow) => number | null): TableColumn => ({
    name,
    type: 'float64',
    nullable: true,
    values: columnOf(rows, value),
  });
  return await writeTable(
    path.join(folder, 'comparison.arrow'),
    [
      { name: 'baseline', type: 'utf8', values: columnOf(rows, ({ baseline }) => baseline) },
      { name: 'model', type: 'utf8', values: columnOf(rows, ({ model }) => model) },
      { name: 'metric', type: 'utf8', values: columnOf(rows, ({ metric }) => metric) },
      /** Null over all classes. */
      { name: 'class', type: 'utf8', nullable: true, values: columnOf(rows, (row) => row.class) },
      /** Means over the runs; null when there is nothing to measure. */
      number('baseline_value', ({ baselineValue }) => baselineValue),
      number('model_value', ({ modelValue }) => modelValue),
      /** `model_value − baseline_value`, and its 95 % interval over the choice of test images. */
      number('difference', ({ difference }) => difference),
      number('ci_low', ({ ciLow }) => ciLow),
      number('ci_high', ({ ciHigh }) => ciHigh),
      /** Two-sided, of no difference, over the choice of test images. */
      number('p', ({ p }) => p),
      /** Its 95 % interval over training runs; null for a single one. */
      number('runs_low', ({ runsLow }) => runsLow),
      number('runs_high', ({ runsHigh }) => runsHigh),
      /** 1 when every interval that there is leaves out 0, else 0. */
      {
        name: 'significant',
        type: 'int32',
        nullable: true,
        values: columnOf(rows, ({ significant }) =>
          significant === null ? null : Number(significant),
        ),
      },
      /** Test images that it was measured on. */
      { name: 'n', type: 'int32', values: columnOf(rows, ({ n }) => n) },
      { name: 'runs', type: 'int32', values: columnOf(rows, ({ runs }) => runs) },
    ],
    rows.length,
    { metadata: { format: 'sincere-comparison', version: '1', ...metadata } },
  );
}
