import type { ReliabilityBin } from '../calibration/reliability.ts';
import type { VoteShares } from '../calibration/vote-shares.ts';
import type { RankingScores } from '../neighbours/ranking-scores.ts';
import type { ProbeScores } from '../probe/probe-scores.ts';
import type { Statistic } from './statistic.ts';

/** A metric as documented: what it says, on which scale, and for whom. */
interface DescribedMetric {
  /** One sentence, as in the table of `outputs/README.md`. */
  readonly doc: string;
  /** `score` is a number of its own kind without a unit. */
  readonly unit:
    'share' | 'score' | 'cosine' | 'nats' | 'ratio' | 'squared distance' | 'directions';
  /** Least and greatest value. */
  readonly range: readonly [least: number, greatest: number];
  /** Direction of improvement; null when neither value is better by itself. */
  readonly better: 'higher' | 'lower' | null;
  /** Belongs in the table of classes that a person reads. @default false */
  readonly inClassTable?: boolean | undefined;
}

/** Predictions of the classes of test images. */
export interface ScoredPredictions {
  /** `[count]` int32 class predicted for each image. */
  readonly predicted: Int32Array;
  /** `[count]` int32 class of each image, -1 when unknown. */
  readonly labels: Int32Array;
  /** Positions of the images that count. */
  readonly scored: Int32Array;
}

/** Scores of a linear probe for test images. */
export interface ScoredProbe extends Pick<ProbeScores, 'classes' | 'ranks' | 'logLoss'> {
  readonly scored: Int32Array;
}

/** Classes of the k nearest training images of test images. */
export interface ScoredNeighbours {
  readonly k: number;
  /** Places of `neighbours`, k or more. */
  readonly places: number;
  /** `[count, places]` int32 class of each neighbour, nearest first. */
  readonly neighbours: Int32Array;
  /** `[count]` int32 class of each image, -1 when unknown. */
  readonly labels: Int32Array;
  readonly scored: Int32Array;
}

/** Shares that a vote gives, with the images that count. */
export interface ScoredShares extends VoteShares {
  readonly scored: Int32Array;
}

/** Sources of metrics that are the mean of one number for each image. */
export interface ColumnSources {
  /** The vote of the k nearest, for each k. */
  readonly vote: ScoredPredictions;
  /** The shares of that vote, for each k. */
  readonly shares: ScoredShares;
  /** The class of the nearest. */
  readonly nearest: ScoredPredictions;
  /** The classes of the k nearest, for each k. */
  readonly places: ScoredNeighbours;
  readonly ranking: RankingScores;
  /** The class whose mean is the nearest. */
  readonly classMean: ScoredPredictions;
  /** `[count]` silhouettes of test images; NaN for one without. */
  readonly silhouette: Float64Array;
  /** For each solver. */
  readonly probe: ScoredProbe;
}

/** `[count]` numbers whose mean is the metric, NaN where an image does not count; null when it makes no sense. */
export type ColumnMeasures = {
  readonly [From in keyof ColumnSources]: (source: ColumnSources[From]) => Float64Array | null;
};

/** A statistic of the similarities to the k-th nearest of the same (target) and of another class (noise). */
export interface SimilarityMeasure {
  /** `further` is for each k above 1. */
  readonly places: 'first' | 'further';
  /** Columns of `statistic`, in its order; it is measured on the images that have all of them. */
  readonly of: readonly ('target' | 'noise')[];
  readonly statistic: (...columns: Float64Array[]) => Statistic;
}

/** Computation of a metric, by its source. */
interface Measures extends ColumnMeasures {
  readonly similarities: SimilarityMeasure;
  /** Of `[images]` classes and `[images]` clusters. */
  readonly clusters: (classes: Int32Array, clusters: Int32Array) => Statistic;
  /** Of the reliability table of the vote, for each k; null without an image. */
  readonly calibration: (bins: readonly ReliabilityBin[]) => number | null;
  /** A gauge of the class means of the training images: see `collapseRows`. */
  readonly collapse: null;
  /** A read-out of the loss over the test set, which an engine computes: see `contrastMetrics`. */
  readonly contrast: null;
  /** What the test images have in common with the training images: see `overlapRows`. */
  readonly overlap: null;
}

/** Source of a metric. */
export type MetricSource = keyof Measures;

/**
 * `interval`: it comes with a bootstrap interval over test images, which holds the value. `byClass`: it is given for
 * each class as well. The second holds for every function of numbers that each image has, and for no other; the first
 * only where resamples do not tell more than the images.
 */
type Reported<From extends MetricSource> = From extends 'contrast' | 'overlap' | 'collapse'
  ? { readonly interval: false; readonly byClass: false }
  : From extends 'clusters' | 'calibration'
    ? { readonly interval: false; readonly byClass: false }
    : From extends 'similarities'
      ? { readonly interval: boolean; readonly byClass: true }
      : { readonly interval: true; readonly byClass: true };

/** A metric from one source. */
export type MetricFrom<From extends MetricSource> = DescribedMetric &
  Reported<From> & { readonly from: From; readonly measure: Measures[From] };

/** A metric, or a family of them with a number or a name in theirs. */
export type MetricEntry = { [From in MetricSource]: MetricFrom<From> }[MetricSource];
