import type { VectorsInMemory } from '../../operators/evaluation/vectors/vectors-in-memory.ts';

/** Rows in float64. */
const rowsOf = ({ rows, dim, ids }: VectorsInMemory): number[][] =>
  ids.map((_, at) => Array.from(rows.subarray(at * dim, (at + 1) * dim)));

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, d) => sum + value * b[d]!, 0);

/** The mean of some rows. */
export function plainMean(rows: readonly (readonly number[])[]): number[] {
  return rows[0]!.map((_, d) => rows.reduce((sum, row) => sum + row[d]!, 0) / rows.length);
}

/** Cosine of each test row with the mean of each class, each formed anew; null for a class without rows. */
export function plainClassCosines(
  train: VectorsInMemory,
  test: VectorsInMemory,
  leaveOneOut: boolean,
): (number | null)[][] {
  const rows = rowsOf(train);
  return rowsOf(test).map((row, image) =>
    train.classes.map((_, label) => {
      const own = rows.filter(
        (__, at) => train.labels[at] === label && !(leaveOneOut && at === image),
      );
      if (own.length === 0) return null;
      const mean = plainMean(own);
      return dot(row, mean) / Math.sqrt(dot(mean, mean));
    }),
  );
}

/** Silhouettes by the distance of every pair. */
export function plainSilhouettes(set: VectorsInMemory): number[] {
  const rows = rowsOf(set);
  const labelled = [...rows.keys()].filter((at) => set.labels[at]! >= 0);
  const present = [...new Set(labelled.map((at) => set.labels[at]!))];
  return rows.map((row, image) => {
    const own = set.labels[image]!;
    if (own < 0 || present.length < 2) return Number.NaN;
    const meanDistance = (label: number): number => {
      const others = labelled.filter((at) => set.labels[at] === label && at !== image);
      return others.reduce((sum, at) => sum + 1 - dot(row, rows[at]!), 0) / others.length;
    };
    if (labelled.filter((at) => set.labels[at] === own).length === 1) return 0;
    const a = meanDistance(own);
    const b = Math.min(...present.filter((label) => label !== own).map(meanDistance));
    return (b - a) / Math.max(a, b);
  });
}
