import type { OperatorFunction } from 'rxjs';
import { mapInTurn } from '../flow/map-in-turn.ts';
import type { EmbeddingBatch, PackedBatch } from '../types.ts';
import type { EncoderSession } from './engine.ts';

export interface EncodeOptions {
  /** Is given the pixels of each batch when they are no longer needed. @default they are left to the collector */
  readonly recycle?: ((pixels: Float32Array) => void) | undefined;
}

/**
 * Encodes each batch with fixed weights: one row for each sample, in plan order, padding left out.
 *
 * @param session Borrowed. Its `rows` are the rows of the packed batches, with one view of each image.
 */
export function encode(
  session: EncoderSession,
  options: EncodeOptions = {},
): OperatorFunction<PackedBatch, EmbeddingBatch> {
  const { recycle } = options;
  return mapInTurn(async ({ plan, samples, pixels }) => {
    if (samples.length === 0) {
      return { plan, samples, embedding: new Float32Array(0), projection: new Float32Array(0) };
    }
    const { embedding, projection, pixels: used } = await session.run(pixels);
    recycle?.(used);
    return {
      plan,
      samples,
      embedding: embedding.subarray(0, samples.length * session.embeddingSize),
      projection: projection.subarray(0, samples.length * session.projectionSize),
    };
  });
}
