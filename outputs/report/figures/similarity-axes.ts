import type { AxisOptions, ChartSize } from '../../charts/frame.ts';
import { type Bin, histogramChart } from '../../charts/histogram-chart.ts';
import type { Chart } from '../../charts/chart.ts';
import type { LegendEntry } from './chart-figure.ts';
import type { Histograms, SimilarityBins } from './similarity-bins.ts';

/** What the colours of histograms of similarities stand for. */
export const similarityLegend: readonly LegendEntry[] = [
  { name: 'nearest training image of its own class (target)', place: 0, isLine: false },
  { name: 'nearest of any other class (noise)', place: 1, isLine: false },
];

/** Axes that a number of histograms share. */
export interface SimilarityAxes {
  readonly x: AxisOptions;
  readonly y: AxisOptions;
  /** True where small shares are drawn larger than they are. */
  readonly isSquareRoot: boolean;
  /** True where something is below the axis. */
  readonly hasLower: boolean;
}

/** Axes for histograms of the same bins, the same for all, so that they can be compared. */
export function similarityAxes(
  all: readonly Histograms[],
  { low, high, hasLower }: SimilarityBins,
): SimilarityAxes {
  const peaks = all
    .flatMap(({ target, noise }) => [target, noise].map(peakOf))
    .filter((peak) => peak > 0);
  const [top, lowestPeak] = [Math.max(0.01, ...peaks), Math.min(1, ...peaks)];
  const isSquareRoot = top > 6 * lowestPeak;
  return {
    x: { title: 'cosine similarity', domain: [low, high] },
    y: {
      title: `share of test images${isSquareRoot ? ' (square-root scale)' : ''}`,
      domain: [0, top],
      unit: 'share',
      ...(isSquareRoot ? { scale: 'sqrt' as const, values: rootTicks(top) } : {}),
    },
    isSquareRoot,
    hasLower,
  };
}

/** What a caption says of the axes. */
export function scaleWords({ isSquareRoot, hasLower }: SimilarityAxes): string {
  return (
    (isSquareRoot ? ' Small shares are drawn larger than they are, by a square-root scale.' : '') +
    (hasLower
      ? ' The first bar also holds the images below it, of each series a fiftieth at most.'
      : '')
  );
}

/** A chart of both histograms with their medians. */
export function similarityChart(
  { target, noise }: Histograms,
  medians: { readonly target: number | null; readonly noise: number | null },
  { x, y, ...size }: Pick<SimilarityAxes, 'x' | 'y'> & ChartSize,
): Chart {
  const series = [
    { bins: target, place: 0, median: shownMedian(medians.target, x) },
    { bins: noise, place: 1, median: shownMedian(medians.noise, x) },
  ];
  return histogramChart({ x, y, series, ...size });
}

/** A median where it can be drawn: that of a file of others may lie elsewhere than its images. */
function shownMedian(median: number | null, { domain: [low, high] }: AxisOptions): number | null {
  return median === null || median < low || median > high ? null : median;
}

function peakOf(bins: readonly Bin[]): number {
  return bins.reduce((peak, { share }) => (share > peak ? share : peak), 0);
}

function rootTicks(top: number): readonly number[] {
  return [0, 0.01, 0.05, 0.2, 0.5, 1].filter((tick) => tick <= top);
}
