import path from 'node:path';
import { readColumnBlocks } from '../../arrow/read-columns.ts';
import type { ReportMetric } from '../material/material.ts';

/** Name of the file in an evaluation. */
export const evaluationName = 'evaluation.arrow';

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
  for await (const block of readColumnBlocks(path.join(evaluation, evaluationName))) {
    const [names, classes] = [block.text('metric'), block.text('class')];
    // Editions before groups have no such column.
    const groups = block.has('group_value') ? block.text('group_value') : undefined;
    const [values, lows, highs, counts] = ['value', 'ci_low', 'ci_high', 'n'].map((name) =>
      block.number(name),
    );
    for (const [row, name] of classes.entries()) {
      const metric = names[row];
      if (name === null || typeof metric !== 'string' || !wanted.has(metric)) continue;
      if ((groups?.[row] ?? null) !== null) continue;
      const ofClass = found.get(name) ?? new Map<string, ReportMetric>();
      found.set(name, ofClass);
      ofClass.set(metric, {
        value: numberOrNull(values![row]!),
        ciLow: numberOrNull(lows![row]!),
        ciHigh: numberOrNull(highs![row]!),
        n: counts![row]!,
      });
    }
  }
  return found;
}

function numberOrNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
