import type { Engine } from '../../operators/engine/interface/engine.ts';
import { initialWeights } from '../../operators/model/initial-weights.ts';
import type { TrainerSpec } from '../../operators/step/step-spec.ts';
import { patternedBatch } from '../helpers/batches.ts';
import { zeroMomentum } from '../helpers/networks.ts';

/** As small as training can be: the `cpu` engine takes half a second for a step of it. */
const spec: TrainerSpec = {
  encoder: { architecture: 'resnet8', head: 'mlp', projectionSize: 16 },
  loss: { name: 'sincere', temperature: 0.2 },
  shape: { images: 4, views: 2, imageSize: 4 },
  momentum: 0.9,
  weightDecay: 1e-4,
};

/** The loss of each step. The batches are four, in turn, so that it falls. */
export async function trainedLosses(engine: Engine, steps: number): Promise<readonly number[]> {
  const trainer = await engine.createTrainer(spec);
  const weights = initialWeights(spec.encoder, 0);
  await trainer.load({ step: 0, weights, momentum: zeroMomentum(weights) });
  const losses: number[] = [];
  for (let step = 0; step < steps; step += 1) {
    const { loss } = await trainer.run(patternedBatch(spec.shape, step % 4, 2), 0.01);
    losses.push(loss);
  }
  await trainer.close();
  return losses;
}

/**
 * The largest difference of two trainings: of the loss of each step, over that loss or a tenth of the largest, if that is
 * more. NaN where one of them is.
 */
export function trainingDifference(got: readonly number[], wanted: readonly number[]): number {
  const floor = Math.max(...wanted.map(Math.abs)) / 10;
  const differences = wanted.map(
    (loss, step) => Math.abs(got[step]! - loss) / Math.max(Math.abs(loss), floor),
  );
  return Math.max(...differences);
}
