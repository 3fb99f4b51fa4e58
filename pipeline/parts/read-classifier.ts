import { z } from 'zod';
import { PipelineError } from '../../operators/errors.ts';
import type { LinearProbe } from '../../operators/evaluation/probe/linear-probe.ts';
import type { Weights } from '../../operators/types.ts';
import type { JsonObject } from '../../operators/files/json.ts';

const classNames = z.array(z.string());

/**
 * The classifier of a run as a linear classifier of its `embedding` rows.
 *
 * @param config Resolved options of the run, which name its classes.
 * @throws {PipelineError} `ERR_FORMAT` when the run is none of a classifier.
 */
export function readClassifier(config: JsonObject, weights: Weights, run: string): LinearProbe {
  const classes = classNames.safeParse(config['classes']).data;
  const [weight, bias] = [weights.get('fc.weight'), weights.get('fc.bias')];
  if (classes === undefined || weight === undefined || bias?.data.length !== classes.length) {
    throw new PipelineError(
      'ERR_FORMAT',
      `The run in \`${run}\` holds no classifier with a name for each class. Train one with \`loss: cross-entropy\`.`,
      { path: run, options: ['loss'] },
    );
  }
  return {
    classes,
    dim: weight.data.length / classes.length,
    weights: Float64Array.from(weight.data),
    bias: Float64Array.from(bias.data),
  };
}
