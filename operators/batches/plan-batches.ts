import { permutation, seededRandom } from '../random.ts';
import type { BatchPlan, Dataset, PlannedSample } from '../types.ts';
import { classWalks, type ClassWalks, type ClassWalksOptions } from './class-walks.ts';

/** Options of the batch sampler. */
export interface PlanBatchesOptions extends ClassWalksOptions {
  /** Batches of the whole run, an integer of 0 or more: the last plan has `seq` `steps - 1`. */
  readonly steps: number;
  /** `seq` of the first plan, an integer of 0 or more. @default 0 */
  readonly startAt?: number | undefined;
}

/**
 * Class-balanced batch sampler (P classes, K images each): the plans of a training run, B images
 * over P classes, decided before an image is read.
 *
 * - Counts of the classes of a batch differ by at most one, and over time no class falls behind or is
 *   left out, also when classes outnumber places (see `classShares`). With `balance` below 1 common classes get more:
 *   each class its share of every epoch and of every batch, rounded down or up (see `weightedShares`).
 * - Each class goes through all its images before it repeats one; a batch holds an image twice only
 *   when its class has fewer images than places (see `circularOrder`). `draw` counts the repeats.
 * - An epoch is ⌈n / B⌉ batches.
 * - A plan is a function of (dataset hash, seed, batch shape, `seq`) alone: starting at `k` gives what an
 *   unbroken run plans from `k` on, on every machine and for any concurrency.
 *
 * Nothing waits in here: plans are made when they are asked for, and leaving the loop needs no clean-up.
 * Holds 8 bytes for each image of the dataset.
 *
 * @param dataset Borrowed; every sample has a class.
 * @returns The plans, each made when it is asked for; one pass.
 * @throws {RangeError} At the call, when an option is out of its range.
 * @throws {PipelineError} `ERR_DATASET`, at the call, when samples have no class or fewer than `leastClasses`
 * classes have images.
 * @example
 * ```ts
 * import { openDataset } from 'sincere-embeddings/datasets';
 *
 * const photos = await openDataset('photos');
 * for await (const { seq, samples } of planBatches(photos, { batchSize: 64, steps: 2, seed: 0 })) {
 *   console.log(seq, samples[0]?.id);
 * }
 * ```
 */
export function planBatches(
  dataset: Dataset,
  options: PlanBatchesOptions,
): AsyncGenerator<BatchPlan, void, undefined> {
  const { steps, startAt = 0 } = options;
  for (const [name, value] of Object.entries({ steps, startAt })) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new RangeError(`Expected \`${name}\` to be an integer of at least 0, got \`${value}\``);
    }
  }
  const walks = classWalks(dataset, options);
  return plans(walks, steps, startAt);
}

async function* plans(
  walks: ClassWalks,
  steps: number,
  startAt: number,
): AsyncGenerator<BatchPlan, void, undefined> {
  const { dataset, batchSize, batchesPerEpoch, seed } = walks;
  for (let seq = startAt; seq < steps; seq += 1) {
    const inClassOrder = samplesOf(walks, seq);
    const order = permutation(batchSize, seededRandom('batch order', dataset.hash, seed, seq));
    const samples = Array.from(order, (place) => inClassOrder[place]!);
    yield { seq, epoch: Math.floor(seq / batchesPerEpoch), samples };
  }
}

function samplesOf(walks: ClassWalks, seq: number): PlannedSample[] {
  const samples: PlannedSample[] = [];
  for (const { member, images, before } of walks.shares.at(seq)) {
    const label = walks.index.labels[member]!;
    const positions = walks.index.positions(label);
    const walk = walks.walk(label);
    for (let index = before; index < before + images; index += 1) {
      const { item, turn } = walk.at(index);
      const position = positions[item]!;
      samples.push({ ...walks.dataset.sample(position), position, draw: turn });
    }
  }
  return samples;
}
