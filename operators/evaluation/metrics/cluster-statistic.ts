import {
  adjustedMutualInformation,
  normalisedMutualInformation,
} from '../clustering/mutual-information.ts';
import type { Statistic } from './statistic.ts';

/** Normalised mutual information of `[images]` classes and `[images]` clusters. */
export function normalisedStatistic(classes: Int32Array, clusters: Int32Array): Statistic {
  return (_, drawn) => normalisedMutualInformation(classes, clusters, drawn)!;
}

/** Adjusted mutual information of the same. */
export function adjustedStatistic(classes: Int32Array, clusters: Int32Array): Statistic {
  return (_, drawn) => adjustedMutualInformation(classes, clusters, drawn)!;
}
