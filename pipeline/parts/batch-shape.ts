import type { ClassWalksOptions } from '../../operators/batches/class-walks.ts';
import { isByImage } from '../../operators/loss/loss-spec.ts';
import type { RunConfig } from './run-config.ts';

/** Choices that decide which images meet in a batch. */
export interface PlannedBatches extends Pick<
  RunConfig,
  'batchSize' | 'classesPerBatch' | 'seed' | 'loss' | 'balance'
> {
  readonly maxClassShare?: number | null | undefined;
  readonly maxOversampling?: number | null | undefined;
}

/**
 * Shape of the batches of a run: walks, plans and whoever plans again must be given the same, or they mean other batches.
 * A loss by image needs no second class.
 */
export function batchShape({
  batchSize,
  classesPerBatch,
  balance,
  maxClassShare,
  maxOversampling,
  seed,
  loss,
}: PlannedBatches): ClassWalksOptions {
  return {
    batchSize,
    classesPerBatch: classesPerBatch ?? undefined,
    balance,
    maxClassShare: maxClassShare ?? undefined,
    maxOversampling: maxOversampling ?? undefined,
    leastClasses: isByImage(loss) ? 1 : 2,
    seed,
  };
}
