import type { EmbedOptions, TrainOptions } from '../../pipeline/options/shared-options.ts';
import { embedVerb, trainVerb } from '../../pipeline/options/shared-options.ts';
import { resolveOptions } from '../../pipeline/options/verb.ts';

/** A training run that takes milliseconds a step: tiny views, tiny batches, one thread. */
export function tinyTraining(
  given: Pick<TrainOptions, 'data' | 'out'> & Partial<TrainOptions>,
): TrainOptions {
  return resolveOptions(trainVerb, {
    imageSize: 8,
    batchSize: 8,
    steps: 10,
    threads: 1,
    checkpointEvery: 4,
    ...given,
  });
}

/** An export in small batches. */
export function tinyExport(
  given: Pick<EmbedOptions, 'data' | 'model' | 'out'> & Partial<EmbedOptions>,
): EmbedOptions {
  return resolveOptions(embedVerb, { batchSize: 8, threads: 1, ...given });
}
