import { firstValueFrom, forkJoin, fromEvent, map, of, takeUntil, toArray } from 'rxjs';
import type { OperatorFunction } from 'rxjs';
import type { BatchPlan, DecodedImage, PlannedSample, SampleBatch } from '../types.ts';
import { mapInOrder } from './map-in-order.ts';

/**
 * Maps over the samples of a plan: all samples at once, results in plan order.
 *
 * Each sample goes through `stage` alone, so that a failure concerns one sample. A sample for which
 * `stage` emits nothing is left out of the batch; the batch itself is always emitted, once.
 *
 * Memory: the images of the plans in flight, at most window × batch size. How many are read or
 * decoded at the same time is decided by the permits inside `stage`, not here.
 *
 * @typeParam S Samples of the plan, such as `EncodedImage` where a stream gives their bytes with it.
 * @param stage From one planned sample to at most one image.
 * @returns For each plan one batch of the images that came through, in plan order.
 * @example
 * ```ts
 * import { pipe } from 'rxjs';
 * import { openDataset } from 'sincere-embeddings/datasets';
 * import { decodeImage, readImage } from 'sincere-embeddings/operators';
 *
 * const photos = await openDataset('photos');
 * const read = readImage(photos, { permits: permits(16) });
 * const images = perSample(pipe(read, decodeImage({ permits: permits(4) })));
 * ```
 */
export function perSample<S extends PlannedSample = PlannedSample>(
  stage: OperatorFunction<S, DecodedImage>,
): OperatorFunction<BatchPlan & { readonly samples: readonly S[] }, SampleBatch> {
  return mapInOrder(async (plan: BatchPlan & { readonly samples: readonly S[] }, signal) => {
    const samples: readonly S[] = plan.samples;
    if (samples.length === 0) return { plan, images: [] };
    const images$ = forkJoin(samples.map((sample) => of(sample).pipe(stage, toArray())));
    return await firstValueFrom(
      images$.pipe(
        map((images) => ({ plan, images: images.flat() })),
        takeUntil(fromEvent(signal, 'abort')),
      ),
    );
  });
}
