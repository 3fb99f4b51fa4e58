import path from 'node:path';
import { tableRows } from '../../arrow/table-rows.ts';
import type { Bin } from '../../charts/histogram-chart.ts';

/** Name of the file in an evaluation. */
export const histogramName = 'histogram.arrow';

const columns = {
  series: 'text',
  class: 'text?',
  bin_low: 'number',
  bin_high: 'number',
  share: 'number',
} as const;

/** Histograms of the similarities to the nearest of the own (`target`) and of another class (`noise`). */
export interface Histograms {
  readonly target: readonly Bin[];
  readonly noise: readonly Bin[];
}

/**
 * Reads histograms of an evaluation by class; null is over all classes.
 *
 * @param isWanted Classes that are read: others cost no memory.
 * @throws {PipelineError} `ERR_READ`, `ERR_FORMAT`.
 */
export async function readHistograms(
  evaluation: string,
  isWanted: (name: string | null) => boolean,
): Promise<ReadonlyMap<string | null, Histograms>> {
  const found = new Map<string | null, { target: Bin[]; noise: Bin[] }>();
  for await (const row of tableRows(path.join(evaluation, histogramName), columns)) {
    const { series, class: name, bin_low: low, bin_high: high, share } = row;
    if (!isWanted(name) || (series !== 'target' && series !== 'noise')) continue;
    const histograms = found.get(name) ?? { target: [], noise: [] };
    found.set(name, histograms);
    histograms[series].push({ low, high, share });
  }
  return found;
}
