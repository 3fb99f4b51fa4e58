import type { Dataset } from '../types.ts';
import { circularOrder, type CircularOrder } from './circular-order.ts';
import { classIndex, type ClassIndex } from './class-index.ts';
import { classShares, type ClassShares } from './class-shares.ts';
import { type ClassBalance, targetShares } from './target-shares.ts';
import { weightedShares } from './weighted-shares.ts';

/** Options of the class-balanced sampler. */
export interface ClassWalksOptions extends ClassBalance {
  /** Images of a batch, an integer of 2 or more. */
  readonly batchSize: number;
  /**
   * Classes of a batch, an integer from `leastClasses` to the smaller of `batchSize` and the classes with images. Where
   * shares are not equal, the most: common classes then take several of these places.
   * @default that smaller number; of shares that are not equal, as many as have a place
   */
  readonly classesPerBatch?: number | undefined;
  /**
   * Classes that must have images: 1 where the negatives of a loss are other images, whatever their class.
   * @default 2
   */
  readonly leastClasses?: 1 | 2 | undefined;
  /** Random seed of every choice, together with the hash of the dataset. A safe integer. */
  readonly seed: number;
}

/** Samplers of each class, without replacement. */
export interface ClassWalks {
  readonly dataset: Dataset;
  readonly index: ClassIndex;
  readonly batchSize: number;
  readonly classesPerBatch: number;
  readonly seed: number;
  /** Batches of an epoch: ⌈images / batchSize⌉. */
  readonly batchesPerEpoch: number;
  /** Images of each class in every batch; members are places in `index.labels`. It remembers the batch it is at. */
  readonly shares: ClassShares;
  /** The most images that a class gives to one batch. */
  largestShare(label: number): number;
  /** The walk of a class through its images: items are places in `index.positions(label)`. */
  walk(label: number): CircularOrder;
}

/**
 * Shuffled order of the images of each class, epoch after epoch: a function of dataset hash, seed and batch
 * shape, however far a run has come.
 *
 * Two callers that go through a run at different places should have walks of their own: each walk
 * remembers the turn that it is in, 4 bytes for each image.
 *
 * @param dataset Borrowed; every sample has a class.
 * @throws {RangeError} When an option is out of its range.
 * @throws {PipelineError} `ERR_DATASET` when samples have no class or too few classes have images.
 * @example
 * ```ts
 * import { openDataset } from 'sincere-embeddings/datasets';
 *
 * const photos = await openDataset('photos');
 * const walks = classWalks(photos, { batchSize: 64, seed: 0 }); // as for `planBatches`
 * console.log(walks.classesPerBatch, walks.largestShare(0));
 * ```
 */
export function classWalks(dataset: Dataset, options: ClassWalksOptions): ClassWalks {
  const { batchSize, seed, leastClasses = 2 } = options;
  requireInteger('batchSize', batchSize, 2);
  requireInteger('seed', seed, Number.MIN_SAFE_INTEGER);
  const index = classIndex(dataset, leastClasses);
  const most = Math.min(batchSize, index.labels.length);
  const { classesPerBatch = most } = options;
  if (
    !Number.isInteger(classesPerBatch) ||
    classesPerBatch < leastClasses ||
    classesPerBatch > most
  ) {
    throw new RangeError(
      `Expected \`classesPerBatch\` to be an integer from ${leastClasses} to ${most} ` +
        `(batches of ${batchSize} images, ${index.labels.length} classes with images), got \`${classesPerBatch}\``,
    );
  }

  const batchesPerEpoch = Math.ceil(index.images / batchSize);
  const seats = options.classesPerBatch ?? batchSize;
  const shares = sharesOf({ ...options, dataset, index, seats, batchesPerEpoch });
  const memberOf = new Map(index.labels.map((label, member) => [label, member]));
  const largestShare = (label: number): number => shares.largest(memberOf.get(label)!);
  const walks = new Map<number, CircularOrder>();
  return {
    dataset,
    index,
    batchSize,
    classesPerBatch,
    seed,
    batchesPerEpoch,
    shares,
    largestShare,
    walk(label) {
      let walk = walks.get(label);
      if (walk === undefined) {
        const { length } = index.positions(label);
        walk = circularOrder(length, largestShare(label), 'class walk', dataset.hash, seed, label);
        walks.set(label, walk);
      }
      return walk;
    },
  };
}

interface SharesOptions extends ClassWalksOptions {
  readonly dataset: Dataset;
  readonly index: ClassIndex;
  readonly batchesPerEpoch: number;
  /** Places of one class in a batch. */
  readonly seats: number;
}

/** Equal shares, or weighted ones where the options ask for others. */
function sharesOf(options: SharesOptions): ClassShares {
  const { dataset, index, batchSize, seats, batchesPerEpoch, seed, leastClasses = 2 } = options;
  const { balance = 1, maxClassShare, maxOversampling } = options;
  const keys = ['class shares', dataset.hash, seed];
  const isEqual = balance === 1 && maxClassShare === undefined && maxOversampling === undefined;
  if (isEqual) {
    const classes = index.labels.length;
    const classesPerBatch = Math.min(classes, seats);
    return classShares({ classes, batchSize, classesPerBatch, batchesPerEpoch, keys });
  }
  const sizes = index.labels.map((label) => index.positions(label).length);
  const targets = targetShares({
    ...options,
    sizes,
    batches: batchesPerEpoch,
    leastClasses,
  });
  return weightedShares({ targets, batchSize, seats, batchesPerEpoch, keys });
}

function requireInteger(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  const range =
    least === Number.MIN_SAFE_INTEGER ? 'a safe integer' : `an integer of at least ${least}`;
  throw new RangeError(`Expected \`${name}\` to be ${range}, got \`${value}\``);
}
