import type { EmbedOptions } from '../../pipeline/options/embed-options.ts';
import type { TrainOptions } from '../../pipeline/options/train-options.ts';
import { embedVerb } from '../../pipeline/options/embed-options.ts';
import { trainVerb } from '../../pipeline/options/train-options.ts';
import { type Resolved, resolveOptions } from '../../pipeline/options/verb.ts';

/** A training run that takes milliseconds a step: tiny views, tiny batches, one thread. */
export function tinyTraining(
  given: Pick<TrainOptions, 'data' | 'out'> & Partial<TrainOptions>,
): Resolved<TrainOptions> {
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
): Resolved<EmbedOptions> {
  return resolveOptions(embedVerb, { batchSize: 8, threads: 1, ...given });
}
