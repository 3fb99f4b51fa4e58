import path from 'node:path';
import { readColumnBlocks } from '../../arrow/read-columns.ts';
import type { Bin } from '../../charts/histogram-chart.ts';

/** Name of the file in an evaluation. */
export const histogramName = 'histogram.arrow';

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
  for await (const block of readColumnBlocks(path.join(evaluation, histogramName))) {
    const [classes, series] = [block.text('class'), block.text('series')];
    const [low, high, share] = ['bin_low', 'bin_high', 'share'].map((name) => block.number(name));
    for (const [row, name] of classes.entries()) {
      const which = series[row];
      if (!isWanted(name) || (which !== 'target' && which !== 'noise')) continue;
      const histograms = found.get(name) ?? { target: [], noise: [] };
      found.set(name, histograms);
      histograms[which].push({ low: low![row]!, high: high![row]!, share: share![row]! });
    }
  }
  return found;
}
