import type { OperatorFunction } from 'rxjs';
import { mapInOrder } from '../flow/map-in-order.ts';
import type { SampleBatch, ViewBatch } from '../types.ts';
import { plannedOf } from './augment-views.ts';
import { checkPreprocessing, type Preprocessing } from '../image/preprocessing.ts';
import type { ImageWorkers } from '../loading/image-workers.ts';

/**
 * Deterministic preprocessing of each image of a batch into the input of an encoder, in order, in
 * the threads of `workers`: batches of one view.
 *
 * Errors: `ERR_ENGINE` when a worker has died.
 *
 * @param workers Borrowed.
 * @throws {RangeError} When the preprocessing is out of range.
 * @example
 * ```ts
 * import { readModelSidecar, sidecarPreprocessing } from 'sincere-embeddings/outputs';
 *
 * const workers = await openImageWorkers();
 * const sidecar = await readModelSidecar('runs/a/encoder.onnx');
 * const prepare = prepareInputs(workers, sidecarPreprocessing(sidecar, 'NCHW'));
 * await workers.close(); // when the stream through `prepare` has ended
 * ```
 */
export function prepareInputs(
  workers: Pick<ImageWorkers, 'makeInputs'>,
  preprocessing: Preprocessing,
): OperatorFunction<SampleBatch, ViewBatch> {
  checkPreprocessing(preprocessing);
  const { imageSize } = preprocessing;
  return mapInOrder(async ({ plan, images }) => {
    const samples = images.map(plannedOf);
    const pixels = await workers.makeInputs({
      images: images.map(({ image }) => image),
      preprocessing,
    });
    return { plan, samples, views: 1, imageSize, pixels };
  });
}
