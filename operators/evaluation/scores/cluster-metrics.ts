import { kMeans, type KMeansOptions } from '../clustering/k-means.ts';
import {
  adjustedMutualInformation,
  normalisedMutualInformation,
} from '../clustering/mutual-information.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import type { ImageMetric } from './image-metrics.ts';

/**
 * `nmi` and `ami`: how well clusters of the vectors, as many as there are classes, agree with the classes.
 *
 * @param test Those with a class are clustered.
 * @param scored Positions of the images whose clusters are compared.
 * @throws What `kMeans` throws.
 */
export async function clusterMetrics(
  test: VectorSet,
  scored: Int32Array,
  options: Omit<KMeansOptions, 'k' | 'labelledOnly'>,
): Promise<ImageMetric[]> {
  const classes = Int32Array.from(scored, (image) => test.labels[image]!);
  const count = new Set(classes).size;
  if (count === 0) return [];
  const found = await kMeans(test, { ...options, k: count, labelledOnly: true });
  const clusters = Int32Array.from(scored, (image) => found.clusters[image]!);
  return [
    {
      name: 'nmi',
      images: scored,
      statistic: (_, drawn) => normalisedMutualInformation(classes, clusters, drawn)!,
    },
    {
      name: 'ami',
      images: scored,
      statistic: (_, drawn) => adjustedMutualInformation(classes, clusters, drawn)!,
      // What chance would give is a sum over all sizes that clusters could share: 10 ms each time.
      valueOnly: true,
    },
  ];
}
