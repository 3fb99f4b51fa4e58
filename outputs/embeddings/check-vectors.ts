import { PipelineError } from '../../operators/errors.ts';
import type { EmbeddingBatch } from '../../operators/types.ts';
import { embeddingsLayers, type LayerSizes } from './embeddings-schema.ts';

/**
 * Checks that the vectors of a batch fit the columns of an export.
 *
 * @throws {PipelineError} `ERR_SHAPE`.
 */
export function checkVectors(
  folder: string,
  { plan, samples, ...vectors }: EmbeddingBatch,
  layers: LayerSizes,
): void {
  for (const layer of embeddingsLayers) {
    const size = layers[layer];
    if (size === undefined || vectors[layer].length === samples.length * size) continue;
    throw new PipelineError(
      'ERR_SHAPE',
      `Expected \`${layer}\` of batch ${plan.seq} to hold ${samples.length} rows of ${size} values, got ${vectors[layer].length} values.`,
      { path: folder },
    );
  }
}
