import { checkLossRows } from '../../loss/check-loss.ts';
import type { EncoderSpec } from '../../model/encoder-spec.ts';
import { embeddingSize } from '../../model/network-plan.ts';
import { atLeastOne } from '../../out-of-range.ts';
import { checkWeights } from '../../step/check-state.ts';
import { wholeBuffers } from '../../threads/whole-buffers.ts';
import type { Weights } from '../../types.ts';
import type { EncoderSession, LossSession } from '../interface/engine.ts';
import { imagesOf } from '../interface/images-of.ts';
import type { EngineThread } from './engine-thread.ts';

/** Shape of the batches of an encoder. */
export interface EncoderShape {
  readonly rows: number;
  readonly imageSize: number;
}

/** Checks what an encoder is opened with. */
export function checkEncoder(spec: EncoderSpec, weights: Weights, shape: EncoderShape): void {
  checkWeights(spec, weights);
  atLeastOne('rows', shape.rows);
  atLeastOne('imageSize', shape.imageSize);
}

/** Shape of a session that encodes by one of our networks. */
export function networkShape(
  spec: EncoderSpec,
  shape: EncoderShape,
): Omit<EncoderSession, 'run' | 'close'> {
  return {
    ...shape,
    layout: 'NHWC',
    embeddingSize: embeddingSize(spec),
    projectionSize: spec.projectionSize,
  };
}

/** The loss of a thread, seen from the main thread. */
export function threadLoss(thread: EngineThread, close: () => Promise<void>): LossSession {
  return {
    async run(rows, { gradient, readouts, onProgress, signal }) {
      checkLossRows(rows);
      signal?.throwIfAborted();
      const cancelled = new Int32Array(new SharedArrayBuffer(4));
      const cancel = (): void => void Atomics.store(cancelled, 0, 1);
      signal?.addEventListener('abort', cancel, { once: true });
      try {
        const call = { rows, gradient, readouts, cancelled };
        return await thread.call('loss', call, { onProgress });
      } catch (error) {
        // That it was cut short is not news to who asked for it.
        signal?.throwIfAborted();
        throw error;
      } finally {
        signal?.removeEventListener('abort', cancel);
      }
    },
    close,
  };
}

/** The encoder of a thread, seen from the main thread. */
export function threadEncoder(
  shape: Omit<EncoderSession, 'run' | 'close'>,
  thread: EngineThread,
  close: () => Promise<void>,
): EncoderSession {
  return {
    ...shape,
    async run(pixels) {
      imagesOf(pixels, shape);
      return await thread.call('encode', { pixels }, { handOver: wholeBuffers(pixels) });
    },
    close,
  };
}
