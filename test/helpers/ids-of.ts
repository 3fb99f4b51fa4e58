import type { Dataset } from '../../operators/types.ts';

/** The ids of a dataset, in its order. */
export function idsOf(data: Pick<Dataset, 'count' | 'sample'>): string[] {
  return Array.from({ length: data.count }, (_, position) => data.sample(position).id);
}
