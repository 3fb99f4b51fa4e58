import type { OperatorFunction } from 'rxjs';
import { mapInOrder } from '../flow/map-in-order.ts';
import { checkPreprocessing, type Preprocessing } from '../image/preprocessing.ts';
import type { ImageWorkers } from '../loading/image-workers.ts';
import { rowLength } from '../loading/row-maker.ts';
import type { BatchPlan, ViewBatch } from '../types.ts';
import { type BadImages, batchLoader } from './load-batch.ts';
import { type LoadSource, loaderOf } from './load-source.ts';

/** Options of `loadInputs`. */
export interface LoadInputsOptions {
  readonly source: LoadSource;
  readonly preprocessing: Preprocessing;
  readonly bad: BadImages;
}

/**
 * Loads the images of each plan and makes inputs of an encoder of them: reading, decoding and preprocessing in one
 * stage, each image by one thread of `workers`. What comes out is, bit for bit, what the stages one by one make.
 *
 * Memory: `pixels` is memory of `workers`, which takes it back by `recycle`.
 *
 * Errors: `ERR_TOO_MANY_BAD`; `ERR_ENGINE` when a thread has died.
 *
 * @param workers Borrowed.
 * @throws {RangeError} When an option or the preprocessing is out of range.
 * @example
 * ```ts
 * import { openDataset } from 'sincere-embeddings/datasets';
 * import { readModelSidecar, sidecarPreprocessing } from 'sincere-embeddings/outputs';
 *
 * const dataset = await openDataset('photos');
 * const workers = await openImageWorkers();
 * const source = { dataset, permits: permits(32) };
 * const bad = { replacement: skipBad, quarantine: quarantine({ count: dataset.count }) };
 * const sidecar = await readModelSidecar('runs/a/encoder.onnx');
 * const preprocessing = sidecarPreprocessing(sidecar, 'NCHW');
 * const load = loadInputs(workers, { source, preprocessing, bad });
 * await workers.close(); // when the stream through `load` has ended
 * ```
 */
export function loadInputs(
  workers: ImageWorkers,
  { source, preprocessing, bad }: LoadInputsOptions,
): OperatorFunction<BatchPlan, ViewBatch> {
  checkPreprocessing(preprocessing);
  const { imageSize } = preprocessing;
  const target = { kind: 'inputs', preprocessing } as const;
  const loader = loaderOf(workers, source, target);
  const load = batchLoader(workers.pool, loader, rowLength(target), bad);
  return mapInOrder(async (plan, signal) => {
    const { samples, pixels } = await load(plan, signal);
    return { plan, samples, views: 1, imageSize, pixels };
  });
}
