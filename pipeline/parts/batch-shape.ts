import type { ClassWalksOptions } from '../../operators/batches/class-walks.ts';
import { isByImage } from '../../operators/loss/loss-spec.ts';
import type { RunConfig } from './run-config.ts';

/**
 * Shape of the batches of a run: walks, plans and whoever plans again must be given the same, or they mean other batches.
 * A loss by image needs no second class.
 */
export function batchShape({
  batchSize,
  classesPerBatch,
  seed,
  loss,
}: Pick<RunConfig, 'batchSize' | 'classesPerBatch' | 'seed' | 'loss'>): ClassWalksOptions {
  return {
    batchSize,
    classesPerBatch: classesPerBatch ?? undefined,
    leastClasses: isByImage(loss) ? 1 : 2,
    seed,
  };
}
