import type { ImageList } from '../../operators/evaluation/overlap/set-overlap.ts';
import { digestBytes } from '../../operators/image-content.ts';
import { readContents } from '../../operators/stages/take-fingerprint.ts';
import type { Dataset } from '../../operators/types.ts';
import { readPermits } from './native-permits.ts';

/** Images that are read together. */
const together = 256;

/**
 * Reads the images of a dataset once, for the SHA-256 of each; that of an image that cannot be read is unknown.
 *
 * Memory: 36 bytes for each image, and the files of 16 at a time.
 *
 * @throws What reading throws, other than that an image cannot be read; the reason of `signal`.
 */
export async function imageList(
  dataset: Dataset,
  options: {
    readonly signal: AbortSignal;
    onProgress(done: number, total: number): void;
  },
): Promise<ImageList> {
  const { count, classes } = dataset;
  const digests = new Uint8Array(count * digestBytes);
  for (let from = 0; from < count; from += together) {
    const positions = Array.from(
      { length: Math.min(together, count - from) },
      (_, at) => from + at,
    );
    const contents = await readContents(dataset, positions, {
      permits: readPermits,
      signal: options.signal,
    });
    for (const [at, content] of contents.entries()) {
      if (content !== null) {
        digests.set(Buffer.from(content.sha256, 'hex'), (from + at) * digestBytes);
      }
    }
    options.onProgress(from + positions.length, count);
  }
  const labels = Int32Array.from({ length: count }, (_, at) => dataset.sample(at).label ?? -1);
  return { count, classes, labels, digests, id: (at) => dataset.sample(at).id };
}
