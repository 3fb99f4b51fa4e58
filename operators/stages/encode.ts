import type { OperatorFunction } from 'rxjs';
import { mapInTurn } from '../flow/map-in-turn.ts';
import { PipelineError } from '../errors.ts';
import type { EmbeddingBatch, ViewBatch } from '../types.ts';
import type { EncoderSession } from '../engine/interface/engine.ts';
import type { Quarantine } from './quarantine.ts';
import { usableVectors } from './usable-vectors.ts';

export interface EncodeOptions {
  /**
   * Recycler of pixel buffers that are no longer needed. @default they are left to the collector
   */
  readonly recycle?: ((pixels: Float32Array) => void) | undefined;
  /**
   * Takes the samples whose vectors hold a number that is not finite, or have no length: they have no row. Borrowed.
   * @default every vector is kept
   */
  readonly quarantine?: Quarantine | undefined;
}

/**
 * Inference: encodes each batch with fixed weights, one row for each sample, in plan order. With a `quarantine` samples
 * whose vectors are of no use have no row.
 *
 * Errors: `ERR_SHAPE` when a batch has more than one view of each image, images of another size than the session
 * takes, or more of them than its `rows`; `ERR_CONTRACT` when they were mixed by `mixViews`; `ERR_TOO_MANY_BAD` when too many
 * vectors cannot be used.
 *
 * @param session Borrowed.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 *
 * const engine = await openEngine('onnx');
 * const spec = { model: await readFile('runs/a/encoder.onnx') };
 * const session = await engine.openModel(spec, { rows: 64, imageSize: 32 });
 * const vectors = encode(session); // after `prepareInputs`
 * await engine.close(); // when the stream through `vectors` has ended
 * ```
 */
export function encode(
  session: EncoderSession,
  options: EncodeOptions = {},
): OperatorFunction<ViewBatch, EmbeddingBatch> {
  const { recycle, quarantine } = options;
  return mapInTurn(async ({ plan, samples, views, imageSize, pixels, mix }) => {
    if (mix !== undefined) throw mixedImages(plan.seq);
    if (samples.length === 0) {
      recycle?.(pixels);
      return { plan, samples, embedding: new Float32Array(0), projection: new Float32Array(0) };
    }
    if (views !== 1 || imageSize !== session.imageSize) {
      throw new PipelineError(
        'ERR_SHAPE',
        `Batch \`${plan.seq}\` does not fit: expected 1 view of ${session.imageSize} px of each image, got ` +
          `${views} of ${imageSize} px. Give the inputs and the encoder the same size.`,
      );
    }
    const { embedding, projection, pixels: used } = await session.run(pixels);
    // Memory that threads share is not handed over, and what comes back is another view of it.
    recycle?.(pixels.buffer instanceof SharedArrayBuffer ? pixels : used);
    const encoded = { plan, samples, embedding, projection };
    if (quarantine === undefined) return encoded;
    const { batch, bad } = usableVectors(encoded);
    quarantine.addAll(bad);
    return batch;
  });
}

function mixedImages(seq: number): PipelineError {
  return new PipelineError(
    'ERR_CONTRACT',
    `Batch \`${seq}\` holds mixed images, whose vectors would stand under the names of others. Leave \`mixViews\` out ` +
      'before `encode`.',
  );
}
