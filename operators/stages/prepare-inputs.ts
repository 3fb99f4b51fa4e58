import type { OperatorFunction } from 'rxjs';
import { mapInOrder } from '../flow/map-in-order.ts';
import type { SampleBatch, ViewBatch } from '../types.ts';
import { plannedOf } from './augment-views.ts';
import { checkPreprocessing, type Preprocessing } from '../image/preprocessing.ts';
import type { ViewMaker } from '../image/view-request.ts';

/**
 * Deterministic preprocessing of each image of a batch into the input of an encoder, in order, in
 * the threads of `viewer`: batches of one view.
 *
 * Errors: `ERR_ENGINE` when a worker has died.
 *
 * @param viewer Borrowed.
 * @throws {RangeError} When the preprocessing is out of range.
 * @example
 * ```ts
 * import { readModelSidecar, sidecarPreprocessing } from 'sincere-embeddings/outputs';
 *
 * const viewer = await openImageWorkers();
 * const sidecar = await readModelSidecar('runs/a/encoder.onnx');
 * const prepare = prepareInputs(viewer, sidecarPreprocessing(sidecar, 'NCHW'));
 * await viewer.close(); // when the stream through `prepare` has ended
 * ```
 */
export function prepareInputs(
  viewer: ViewMaker,
  preprocessing: Preprocessing,
): OperatorFunction<SampleBatch, ViewBatch> {
  checkPreprocessing(preprocessing);
  const { imageSize } = preprocessing;
  return mapInOrder(async ({ plan, images }) => {
    const samples = images.map(plannedOf);
    const pixels = await viewer.prepare({
      images: images.map(({ image }) => image),
      preprocessing,
    });
    return { plan, samples, views: 1, imageSize, pixels };
  });
}
