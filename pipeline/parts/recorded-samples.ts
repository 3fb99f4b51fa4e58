import { isByImage } from '../../operators/loss/loss-spec.ts';
import type { Dataset } from '../../operators/types.ts';
import type { RunExtension } from '../../outputs/run/saved-config.ts';
import type { WriteSamplesOptions } from '../../outputs/run/write-samples.ts';
import { stepsPlannedAt } from './planned-rate.ts';
import type { RunConfig } from './run-config.ts';

/** Rows that the `samples.arrows` of a run is planned to stay within, of some 80 bytes each; a whole epoch is there always. */
const mostRows = 2 ** 21;

/** Epochs of which one is recorded: the fewest with which `epochs` of so many images stay within `mostRows`. */
export function recordedEvery(epochs: number, imagesOfEpoch: number): number {
  return Math.ceil(epochs / Math.max(1, Math.floor(mostRows / imagesOfEpoch)));
}

/**
 * What a run records of its images: the steps of every n-th epoch, counted back from the last one, which is among them. A
 * function of the planned length of the run: what an extension adds follows its new length.
 */
export function recordedSamples(
  { batchSize, steps, loss }: Pick<RunConfig, 'batchSize' | 'steps' | 'loss'>,
  { count, classes }: Pick<Dataset, 'count' | 'classes'>,
  extended: readonly RunExtension[],
): WriteSamplesOptions {
  const stepsOfEpoch = Math.ceil(count / batchSize);
  return {
    // Such a run does not look at the classes of its images.
    classes: isByImage(loss) ? [] : classes,
    isRecorded({ seq, epoch }) {
      const epochs = Math.ceil(stepsPlannedAt(seq, { steps, extended }) / stepsOfEpoch);
      return (epochs - 1 - epoch) % recordedEvery(epochs, stepsOfEpoch * batchSize) === 0;
    },
  };
}
