import path from 'node:path';
import { PipelineError } from '../../../operators/errors.ts';
import { counted } from '../../../operators/message-words.ts';
import { openArrowReader } from '../../arrow/read-arrow-file.ts';
import { tableRows } from '../../arrow/table-rows.ts';
import { comparisonName } from './found-folders.ts';
import type { FoundFolder, ReportComparison } from './material.ts';

const columns = {
  baseline: 'text',
  model: 'text',
  metric: 'text',
  class: 'text?',
  baseline_value: 'number?',
  model_value: 'number?',
  difference: 'number?',
  ci_low: 'number?',
  ci_high: 'number?',
  p: 'number?',
  runs_low: 'number?',
  runs_high: 'number?',
  significant: 'number?',
  n: 'number',
  runs: 'number',
} as const;

/** Most rows over all classes: a hundred metrics of a hundred pairs. */
const mostRows = 10_000;

/**
 * Reads a comparison: its rows over all classes, those of classes are left in the file.
 *
 * @throws {PipelineError} `ERR_READ`; `ERR_FORMAT` when it is damaged or no comparison.
 */
export async function readComparison(folder: FoundFolder): Promise<ReportComparison> {
  const file = path.join(folder.path, comparisonName);
  const reader = await openArrowReader(file);
  await reader.close();
  const rows: ReportComparison['rows'][number][] = [];
  for await (const row of tableRows(file, columns)) {
    if (row.class !== null) continue;
    if (rows.length === mostRows) throw tooMany(file);
    rows.push({
      baseline: row.baseline,
      model: row.model,
      metric: row.metric,
      class: null,
      baselineValue: row.baseline_value,
      modelValue: row.model_value,
      difference: row.difference,
      ciLow: row.ci_low,
      ciHigh: row.ci_high,
      p: row.p,
      runsLow: row.runs_low,
      runsHigh: row.runs_high,
      significant: row.significant === null ? null : row.significant === 1,
      n: row.n,
      runs: row.runs,
    });
  }
  return { ...folder, rows, metadata: reader.schema.metadata };
}

function tooMany(file: string): PipelineError {
  const message = `\`${file}\` has more than ${counted(mostRows, 'row')} over all classes: it is too large for a page`;
  return new PipelineError('ERR_FORMAT', message, { path: file });
}
