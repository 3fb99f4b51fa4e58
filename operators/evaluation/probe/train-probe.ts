import type { VectorSet } from '../vectors/vector-set.ts';
import { trainL2Probe, type L2Probe, type L2ProbeOptions } from './l2-probe.ts';
import { trainSgdProbe, type SgdProbe, type SgdProbeOptions } from './sgd-probe.ts';

/** Solver of a linear probe, with its options. */
export type TrainProbeOptions =
  ({ readonly solver: 'sgd' } & SgdProbeOptions) | ({ readonly solver: 'l2' } & L2ProbeOptions);

/**
 * Trains a linear classifier on vectors as they are: they are neither normalised nor standardised.
 *
 * `sgd` is the recipe of the paper, which has no regularisation and no optimum to reach; `l2` is regularised
 * logistic regression, whose optimum is unique. Images without a class are left out.
 *
 * @see `trainSgdProbe` and `trainL2Probe` for what they throw.
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
