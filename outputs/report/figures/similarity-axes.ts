import type { AxisOptions, ChartSize } from '../../charts/frame.ts';
import { type Bin, histogramChart } from '../../charts/histogram-chart.ts';
import type { Chart } from '../../charts/chart.ts';
import type { LegendEntry } from './chart-figure.ts';
import type { Histograms } from '../tables/read-histograms.ts';

/** What the colours of histograms of similarities stand for. */
export const similarityLegend: readonly LegendEntry[] = [
  { name: 'nearest training image of its own class (target)', place: 0, isLine: false },
  { name: 'nearest of any other class (noise)', place: 1, isLine: false },
];

/** Lowest similarity that has a place of its own, as in the figures of the paper; what is lower is one bar before it. */
const lowest = -0.1;

/** Axes that a number of histograms share. */
export interface SimilarityAxes {
  readonly x: AxisOptions;
  readonly y: AxisOptions;
  /** True where small shares are drawn larger than they are. */
  readonly isSquareRoot: boolean;
  /** True where something is below the axis. */
  readonly hasLower: boolean;
}

/** Axes for histograms, the same for all, so that they can be compared. */
export function similarityAxes(all: readonly Histograms[]): SimilarityAxes {
  const peaks = all
    .flatMap(({ target, noise }) => [target, noise].map(peakOf))
    .filter((peak) => peak > 0);
  const [top, lowestPeak] = [Math.max(0.01, ...peaks), Math.min(1, ...peaks)];
  const bins = all.flatMap(({ target, noise }) => [...target, ...noise]);
  const first = bins.reduce(
    (least, { low, share }) => (share > 0 ? Math.min(least, low) : least),
    0.9,
  );
  const hasLower = first < lowest;
  const isSquareRoot = top > 6 * lowestPeak;
  return {
    x: {
      title: 'cosine similarity',
      domain: [hasLower ? lowest - 0.05 : Math.max(lowest, Math.floor(first * 10) / 10), 1],
    },
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
    (hasLower ? ` The first bar holds everything below ${String(lowest).replace('-', '−')}.` : '')
  );
}

/** A chart of both histograms with their medians. */
export function similarityChart(
  { target, noise }: Histograms,
  medians: { readonly target: number | null; readonly noise: number | null },
  { x, y, ...size }: Pick<SimilarityAxes, 'x' | 'y'> & ChartSize,
): Chart {
  const [from] = x.domain;
  const series = [
    { bins: target.map((bin) => raised(bin, from)), place: 0, median: medians.target },
    { bins: noise.map((bin) => raised(bin, from)), place: 1, median: medians.noise },
  ];
  return histogramChart({ x, y, series, ...size });
}

/** A bin as it is drawn: that of all lower similarities begins where the axis does. */
function raised({ low, high, share }: Bin, from: number): Bin {
  return { low: Math.max(low, from), high: Math.max(high, from), share };
}

function peakOf(bins: readonly Bin[]): number {
  return bins.reduce((peak, { share }) => (share > peak ? share : peak), 0);
}

function rootTicks(top: number): readonly number[] {
  return [0, 0.01, 0.05, 0.2, 0.5, 1].filter((tick) => tick <= top);
}
