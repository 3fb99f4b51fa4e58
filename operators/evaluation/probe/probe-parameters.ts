import { evenWidth } from '../vectors/tile-products.ts';
import type { LinearProbe } from './linear-probe.ts';
import { parameterCount } from './softmax-tile.ts';

/** Bytes of vectors held at once, unless told otherwise. */
export const defaultMemoryBytes: number = 2 ** 30;

/**
 * Packs the parameters of a probe as they are computed with (see `parameterCount`).
 *
 * @throws {RangeError} When its classes are not `classes` or its rows have another length than `dim`.
 */
export function packParameters(
  probe: LinearProbe,
  classes: readonly string[],
  dim: number,
): Float64Array {
  if (probe.dim !== dim || probe.classes.join('\n') !== classes.join('\n')) {
    throw new RangeError(
      `Expected a probe of ${dim} numbers for \`${classes.join(', ')}\`, ` +
        `got one of ${probe.dim} for \`${probe.classes.join(', ')}\``,
    );
  }
  const parameters = new Float64Array(parameterCount({ classes: classes.length, dim }));
  parameters.set(probe.weights);
  parameters.set(probe.bias, evenWidth(classes.length) * dim);
  return parameters;
}

/** Unpacks parameters: the reverse. */
export function unpackParameters(
  parameters: Float64Array,
  classes: readonly string[],
  dim: number,
): LinearProbe {
  const count = classes.length;
  const bias = evenWidth(count) * dim;
  return {
    classes,
    dim,
    weights: parameters.slice(0, count * dim),
    bias: parameters.slice(bias, bias + count),
  };
}
