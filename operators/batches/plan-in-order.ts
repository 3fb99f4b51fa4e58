import type { BatchPlan, Dataset, PlannedSample } from '../types.ts';

/** Options of the sequential sampler. */
export interface PlanInOrderOptions {
  /** Maximum batch size, an integer of 1 or more. */
  readonly batchSize: number;
  /** First position, an integer from 0 to `dataset.count`. @default 0 */
  readonly startAt?: number | undefined;
  /** Position after the last, an integer from `startAt` to `dataset.count`. @default dataset.count */
  readonly endAt?: number | undefined;
  /** No batch reaches over a multiple of this, an integer of 1 or more. @default 4096, the positions of a part */
  readonly alignTo?: number | undefined;
}

/**
 * Sequential batch sampler, for export: every position from `startAt` to `endAt` exactly once, in
 * order.
 *
 * Cuts lie at multiples of `alignTo` and every `batchSize` positions after one; `seq` counts the batches of
 * the whole dataset. So a plan that starts or ends on a cut is the same in every run, and a range
 * that starts between two cuts begins with the rest of its batch. `draw` and `epoch` are 0.
 *
 * @param dataset Borrowed.
 * @returns The plans, each made when it is asked for; one pass.
 * @throws {RangeError} At the call, when an option is out of its range.
 * @example
 * ```ts
 * import { openDataset } from 'sincere-embeddings/datasets';
 *
 * const photos = await openDataset('photos');
 * for await (const { seq, samples } of planInOrder(photos, { batchSize: 64 })) {
 *   console.log(seq, samples[0]?.id);
 * }
 * ```
 */
export function planInOrder(
  dataset: Dataset,
  options: PlanInOrderOptions,
): AsyncGenerator<BatchPlan, void, undefined> {
  const { batchSize, startAt = 0, endAt = dataset.count, alignTo = 4096 } = options;
  requireWithin('batchSize', batchSize, 1, Number.MAX_SAFE_INTEGER);
  requireWithin('alignTo', alignTo, 1, Number.MAX_SAFE_INTEGER);
  requireWithin('startAt', startAt, 0, dataset.count);
  requireWithin('endAt', endAt, startAt, dataset.count);
  return plans(dataset, batchSize, startAt, endAt, alignTo);
}

async function* plans(
  dataset: Dataset,
  batchSize: number,
  startAt: number,
  endAt: number,
  alignTo: number,
): AsyncGenerator<BatchPlan, void, undefined> {
  const batchesPerPart = Math.ceil(alignTo / batchSize);
  for (let position = startAt; position < endAt;) {
    const part = Math.floor(position / alignTo);
    const batch = Math.floor((position - part * alignTo) / batchSize);
    const nextCut = part * alignTo + Math.min((batch + 1) * batchSize, alignTo);
    const end = Math.min(nextCut, endAt);
    const samples: PlannedSample[] = [];
    for (; position < end; position += 1) {
      samples.push({ ...dataset.sample(position), position, draw: 0 });
    }
    yield { seq: part * batchesPerPart + batch, epoch: 0, samples };
  }
}

function requireWithin(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const range =
    most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new RangeError(`Expected \`${name}\` to be an integer ${range}, got \`${value}\``);
}
