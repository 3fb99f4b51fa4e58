import { kMeans, type KMeansOptions } from '../clustering/k-means.ts';
import { metricsFrom } from '../metrics/metric-names.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import type { ImageMetric } from './image-metrics.ts';

/**
 * Metrics of k-means clusters of the vectors, as many as there are classes, against the classes.
 *
 * @param test Those with a class are clustered.
 * @param scored Positions of the images whose clusters are compared.
 * @returns None without scored images.
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
  return metricsFrom('clusters').map(([name, { measure, interval }]) => ({
    name,
    images: scored,
    statistic: measure(classes, clusters),
    valueOnly: !interval,
  }));
}
