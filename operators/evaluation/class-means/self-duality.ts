import type { LinearProbe } from '../probe/linear-probe.ts';
import { labelsAmong } from '../probe/training-classes.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import { classSums, type PassOptions } from './class-sums.ts';
import { lengthOfRow } from '../vectors/row-length.ts';
import { classMeans } from './class-vectors.ts';
import { centredOf } from './neural-collapse.ts';

/**
 * Self-duality (NC3): `‖W / ‖W‖ − M / ‖M‖‖²` in Frobenius norms, 0 to 4, of the weights W of a linear classifier and the
 * centred class means M of the rows that it was trained on.
 *
 * Reads the set once. Memory: two arrays of float64 of the size of the weights.
 *
 * @param train The rows as the classifier saw them.
 * @returns Null when the weights or the centred means are 0.
 * @throws The reason of `signal`, when it aborts first.
 * @see Papyan, Han and Donoho, PNAS 117(40), 2020.
 */
export async function selfDuality(
  { classes, dim, weights }: LinearProbe,
  train: VectorSet,
  pass: PassOptions = {},
): Promise<number | null> {
  const labels = labelsAmong(classes, train);
  const named: VectorSet = {
    ...train,
    classes,
    labels,
    id: (at) => train.id(at),
    blocks: () => train.blocks(),
  };
  const means = centredOf(classMeans(await classSums(named, pass), dim), dim);
  const [ofWeights, ofMeans] = [lengthOfRow(weights), lengthOfRow(means)];
  if (!(ofWeights > 0 && ofMeans > 0)) return null;
  return weights.reduce(
    (sum, weight, at) => sum + (weight / ofWeights - means[at]! / ofMeans) ** 2,
    0,
  );
}
