import { kMeans, type KMeansOptions } from '../clustering/k-means.ts';
import { metricsFrom } from '../metrics/metric-names.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import type { ImageMetric } from './image-metrics.ts';

/** Metrics of the clusters of some images, by their positions in the test set: of those among them that were clustered. */
export type ClusterMetrics = (images: Int32Array) => ImageMetric[];

/**
 * Metrics of k-means clusters of the vectors, as many as there are classes, against the classes.
 *
 * @param test Those with a class are clustered.
 * @param scored Positions of the images whose clusters are compared.
 * @returns For images among those scored; none without scored images.
 * @throws What `kMeans` throws.
 */
export async function clusterMetrics(
  test: VectorSet,
  scored: Int32Array,
  options: Omit<KMeansOptions, 'k' | 'labelledOnly'>,
): Promise<ClusterMetrics> {
  const classes = Int32Array.from(scored, (image) => test.labels[image]!);
  const count = new Set(classes).size;
  if (count === 0) return () => [];
  const found = await kMeans(test, { ...options, k: count, labelledOnly: true });
  return (images) => {
    const [labels, clusters] = [test.labels, found.clusters].map((of) =>
      Int32Array.from(images, (image) => of[image]!),
    ) as [Int32Array, Int32Array];
    return metricsFrom('clusters').map(([name, { measure, interval }]) => ({
      name,
      images,
      statistic: measure(labels, clusters),
      valueOnly: !interval,
    }));
  };
}
