import { PipelineError } from '../../errors.ts';
import type { VectorSet } from '../vector-set.ts';
import { kMeans, type KMeansOptions } from './k-means.ts';
import { adjustedMutualInformation, normalisedMutualInformation } from './mutual-information.ts';

/** How well clusters that know nothing of the classes agree with them. */
export interface ClusteringAgreement {
  /** Clusters: as many as classes have an image. */
  readonly k: number;
  /** Images with a class; others take no part. */
  readonly images: number;
  /** From 0 to 1. */
  readonly normalisedMutualInformation: number;
  /** 0 on average for clusters drawn at random, 1 at best. */
  readonly adjustedMutualInformation: number;
  /** `[count]` int32 cluster of each image, -1 without a class; with `labels`, for the interval of a bootstrap. */
  readonly clusters: Int32Array;
  /** Whether the best search came to rest. */
  readonly converged: boolean;
}

/**
 * Clusters the images with a class by k-means, into as many clusters as there are classes, and compares the two.
 *
 * @throws {PipelineError} `ERR_FORMAT` when no image has a class; and as `kMeans`.
 */
export async function clusteringAgreement(
  set: VectorSet,
  options: Omit<KMeansOptions, 'k' | 'labelledOnly'> = {},
): Promise<ClusteringAgreement> {
  const known = set.labels.filter((label) => label >= 0);
  if (known.length === 0) {
    throw new PipelineError('ERR_FORMAT', `Expected \`${set.name}\` to have classes, got none`);
  }
  const k = new Set(known).size;
  const { clusters, converged } = await kMeans(set, { ...options, k, labelledOnly: true });
  return {
    k,
    images: known.length,
    // Neither is null, as there is an image.
    normalisedMutualInformation: normalisedMutualInformation(set.labels, clusters)!,
    adjustedMutualInformation: adjustedMutualInformation(set.labels, clusters)!,
    clusters,
    converged,
  };
}
