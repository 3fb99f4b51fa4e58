import type { VectorSet } from '../vectors/vector-set.ts';
import { trainL2Probe, type L2Probe, type L2ProbeOptions } from './l2-probe.ts';
import { trainSgdProbe, type SgdProbe, type SgdProbeOptions } from './sgd-probe.ts';

/** Solver of a linear probe, with its options. */
export type TrainProbeOptions =
  ({ readonly solver: 'sgd' } & SgdProbeOptions) | ({ readonly solver: 'l2' } & L2ProbeOptions);

/**
 * Linear probe: trains a linear classifier on vectors as they are, neither normalised nor standardised.
 *
 * `sgd` is the recipe of the paper, which has no regularisation and no optimum to reach; `l2` is regularised
 * logistic regression, whose optimum is unique. Images without a class are left out.
 *
 * @param train Vectors of the training images; read again and again where they do not fit into memory.
 * @throws {RangeError} When an option is out of its range.
 * @throws {PipelineError} `ERR_FORMAT` when a row is not finite, naming the image, or fewer than two classes have one;
 * `ERR_NOT_FINITE` when the training diverged; `ERR_ENGINE` when a thread failed.
 * @throws The reason of `signal`, when it aborts first.
 * @example
 * ```ts
 * async function biasOf(train: VectorSet): Promise<Float64Array> {
 *   const { classes, bias, converged } = await trainProbe(train, { solver: 'l2', l2: 0.1 });
 *   if (!converged) console.warn('the weights are not those of the optimum');
 *   console.log(classes);
 *   return bias;
 * }
 * ```
 */
export async function trainProbe(
  train: VectorSet,
  options: { readonly solver: 'sgd' } & SgdProbeOptions,
): Promise<SgdProbe>;
export async function trainProbe(
  train: VectorSet,
  options: { readonly solver: 'l2' } & L2ProbeOptions,
): Promise<L2Probe>;
export async function trainProbe(
  train: VectorSet,
  options: TrainProbeOptions,
): Promise<SgdProbe | L2Probe>;
export async function trainProbe(
  train: VectorSet,
  options: TrainProbeOptions,
): Promise<SgdProbe | L2Probe> {
  return options.solver === 'sgd' ? trainSgdProbe(train, options) : trainL2Probe(train, options);
}
