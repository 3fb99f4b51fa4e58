import path from 'node:path';
import { tableColumns, tableRows } from '../../arrow/table-rows.ts';
import type { ReportMetric } from '../material/material.ts';

/** Name of the file in an evaluation. */
export const evaluationName = 'evaluation.arrow';

const columns = {
  metric: 'text',
  class: 'text?',
  value: 'number?',
  ci_low: 'number?',
  ci_high: 'number?',
  n: 'number',
} as const;

/** Metrics of one class by their names. */
export type ClassMetrics = ReadonlyMap<string, ReportMetric>;

/**
 * Reads metrics of each class of an evaluation, in the order of the file.
 *
 * @param metrics Names of those wanted.
 * @throws {PipelineError} `ERR_READ`, `ERR_FORMAT`.
 */
export async function readClassMetrics(
  evaluation: string,
  metrics: readonly string[],
): Promise<ReadonlyMap<string, ClassMetrics>> {
  const found = new Map<string, Map<string, ReportMetric>>();
  const wanted = new Set(metrics);
  for await (const row of await rowsOf(path.join(evaluation, evaluationName))) {
    const { metric, class: name, value, ci_low: ciLow, ci_high: ciHigh, n } = row;
    if (name === null || !wanted.has(metric)) continue;
    if ('group_value' in row && row.group_value !== null) continue;
    const ofClass = found.get(name) ?? new Map<string, ReportMetric>();
    found.set(name, ofClass);
    ofClass.set(metric, { value, ciLow, ciHigh, n });
  }
  return found;
}

/** Editions before groups have no column of them. */
async function rowsOf(file: string) {
  const names = await tableColumns(file);
  if (!names.includes('group_value')) return tableRows(file, columns);
  return tableRows(file, { ...columns, group_value: 'text?' });
}
