import type { Bin } from '../../charts/histogram-chart.ts';
import type { Similarities } from '../tables/read-similarities.ts';

/** Histograms of the similarities to the nearest of the own (`target`) and of another class (`noise`). */
export interface Histograms {
  readonly target: readonly Bin[];
  readonly noise: readonly Bin[];
}

/** Bins of one width that histograms share. */
export interface SimilarityBins {
  /** Where the axis begins; the first bin holds everything below its end. */
  readonly low: number;
  readonly high: number;
  readonly count: number;
  /** True where something is below the axis. */
  readonly hasLower: boolean;
}

/** Share of each series that may lie below the axis: one image far off would leave a hill a line. */
const mostBelow = 0.02;

/** Most bins, and the widths they may have times a power of ten. */
const [mostBins, widths] = [60, [1, 2, 5, 10]] as const;

/**
 * Bins that fit similarities: of a width of 1, 2 or 5 times a power of ten, from where all but a fiftieth of each series
 * lies, to its end.
 *
 * Vectors that have hardly been trained all lie within a thousandth of each other: bins of a fixed width would hold all in one.
 */
export function similarityBins(all: readonly Similarities[]): SimilarityBins {
  const series = all.flatMap(({ target, noise }) => [target, noise]).filter((of) => of.length > 0);
  const sorted = series.map((of) => Float64Array.from(of).sort());
  const lowest = Math.min(1, ...sorted.map((of) => of[Math.floor(mostBelow * of.length)]!));
  // Rounding lets a cosine exceed 1 by some units of its last place.
  const highest = Math.min(1, Math.max(-1, ...sorted.map((of) => of.at(-1)!)));
  const width = niceWidth(Math.max(highest - lowest, 1e-9) / mostBins);
  const first = Math.floor(lowest / width);
  const end = Math.max(first + 1, Math.ceil(highest / width));
  const low = first * width;
  return {
    low,
    high: end * width,
    count: end - first,
    hasLower: sorted.some((of) => of[0]! < low),
  };
}

function niceWidth(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * widths.find((width) => width * power >= least * (1 - 1e-9))!;
}

/** Shares of each series in bins; what is below the first is in it. */
export function histogramsOf({ target, noise }: Similarities, bins: SimilarityBins): Histograms {
  return { target: sharesOf(target, bins), noise: sharesOf(noise, bins) };
}

function sharesOf(values: readonly number[], { low, high, count }: SimilarityBins): readonly Bin[] {
  const width = (high - low) / count;
  const images = new Uint32Array(count);
  for (const value of values) {
    const bin = Math.floor((value - low) / width);
    images[Math.min(count - 1, Math.max(0, bin))]! += 1;
  }
  return Array.from(images, (counted, bin) => ({
    low: low + bin * width,
    high: low + (bin + 1) * width,
    share: values.length === 0 ? 0 : counted / values.length,
  }));
}
