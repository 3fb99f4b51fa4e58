import { messageOf, PipelineError } from '../errors.ts';
import { sharedFloat32 } from '../threads/shared-memory.ts';

/**
 * Shared memory of batches, used again and again: mapping so much memory anew takes time.
 *
 * There are no more pieces than batches that were in flight at the same time. One that is never given back is left to
 * the collector.
 */
export interface BatchMemory {
  /** Memory for so many values, of which nothing is known. */
  take(length: number): Float32Array;
  /**
   * Takes a batch back, or the first part of one. Nobody may look at it any more. What was not taken here, or was
   * given back before and is not in use again, is left alone.
   */
  giveBack(pixels: Float32Array): void;
  /** Pieces that wait to be used again. */
  readonly spare: number;
}

export function batchMemory(): BatchMemory {
  const taken = new WeakSet<ArrayBufferLike>();
  let spare: Float32Array[] = [];
  return {
    get spare() {
      return spare.length;
    },
    take(length) {
      // Batches of another length belong to a stream that has ended, or are the last of one.
      const at = spare.findIndex((piece) => piece.length === length);
      const pixels = at === -1 ? newMemory(length) : spare.splice(at, 1)[0]!;
      taken.add(pixels.buffer);
      return pixels;
    },
    giveBack({ buffer }) {
      if (!taken.delete(buffer)) return;
      const pixels = new Float32Array(buffer);
      spare = [...spare.filter(({ length }) => length === pixels.length), pixels];
    },
  };
}

function newMemory(length: number): Float32Array {
  try {
    return sharedFloat32(length);
  } catch (cause) {
    throw new PipelineError(
      'ERR_ENGINE',
      `No memory for a batch of ${length} values (${Math.ceil((4 * length) / 2 ** 20)} MiB): ${messageOf(cause)}. ` +
        'Lower `batchSize`, `views` or `imageSize`.',
      { cause, options: ['batchSize', 'views', 'imageSize'] },
    );
  }
}
