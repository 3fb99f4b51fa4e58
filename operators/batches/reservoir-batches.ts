import { PipelineError } from '../errors.ts';
import { counted } from '../message-words.ts';
import { permutation, type Random, seededRandom } from '../random.ts';
import type { BatchPlan, EncodedImage, StreamedImage } from '../types.ts';
import { allotBatch, reservoir, type Reserved, type Reservoir } from './reservoir.ts';

/** Options of `reservoirBatches`. */
export interface ReservoirBatchesOptions {
  /** Images of a batch, an integer of 2 or more. */
  readonly batchSize: number;
  /** Classes of a batch, an integer from 2 to `batchSize`. */
  readonly classesPerBatch: number;
  /** Random seed of all choices. A safe integer. */
  readonly seed: number;
  /** Images that wait at most, `batchSize` or more. @default 16 * batchSize */
  readonly capacity?: number | undefined;
  /** Bytes of these at most, but for the last one that was read. @default 268435456 */
  readonly capacityBytes?: number | undefined;
  /** Names of the classes, whose places are the labels. @default those of the stream, in the order in which they come */
  readonly classes?: readonly string[] | undefined;
}

/** A batch of a stream: the plan of its images, with their bytes. */
export type StreamedBatch = BatchPlan & { readonly samples: readonly EncodedImage[] };

/** What became of the images of a stream so far. */
export interface ReservoirReport {
  /** Images that were read. */
  readonly read: number;
  readonly batches: number;
  /** Batches of `classesPerBatch` classes whose counts differ by at most one. */
  readonly balanced: number;
  /** Batches of one class, in which nothing is a negative. */
  readonly ofOneClass: number;
  /** Largest share of a batch that one class filled; 0 before the first. */
  readonly largestShare: number;
  /** Classes by label. `read − drawn` images wait in the reservoir; at the end they are too few for a batch. */
  readonly classes: readonly {
    readonly name: string;
    readonly read: number;
    readonly drawn: number;
  }[];
}

/** Batches of a stream, for one pass. */
export interface ReservoirBatches extends AsyncIterable<StreamedBatch> {
  report(): ReservoirReport;
}

/**
 * Class-balanced batches of a stream that cannot be indexed, such as a pipe of tar files, through a bounded reservoir: a
 * shuffle buffer that is drawn from by class.
 *
 * The reservoir is filled up before each batch. Where enough classes wait in it, `classesPerBatch` of them give equal
 * numbers of images, but for one; otherwise classes give in proportion to what waits, and `report` counts such batches.
 * Each image comes once: where one class dominates the stream, most batches are as uneven as the stream. Fewer images than
 * a batch are left over at the end, which `report` has by class.
 *
 * Batches are a function of the stream, the options and the seed. Nothing is read before it is asked for, and at most
 * `capacity` images wait; a batch holds the bytes of its images. Leaving the loop ends the stream, which wants the signal of
 * the run where it may wait for long.
 *
 * @param images For one pass. The bytes of its images are taken over.
 * @throws {RangeError} At the call, when an option is out of its range.
 * @throws {PipelineError} `ERR_DATASET`, in the pass, when an image has no class, or none of `classes`, or when
 * `capacityBytes` is too small for a batch; `ERR_CONTRACT` in a second pass.
 * @example
 * ```ts
 * import { pipe } from 'rxjs';
 *
 * const workers = await openImageWorkers();
 * const views = { recipe: viewRecipe('paper'), views: 2, imageSize: 32, seed: 0 };
 * const decode = perSample(decodeImage({ permits: permits(4) }));
 * const viewsOf = (stream: AsyncIterable<StreamedImage>) => {
 *   const batches = reservoirBatches(stream, { batchSize: 256, classesPerBatch: 32, seed: 0 });
 *   return withDemand(batches, { window: 2 }, pipe(decode, augmentViews(workers, views)));
 * };
 * ```
 */
export function reservoirBatches(
  images: AsyncIterable<StreamedImage>,
  options: ReservoirBatchesOptions,
): ReservoirBatches {
  checkOptions(options);
  const tally = newTally(options);
  let isTaken = false;
  return {
    report: () => tally.report(),
    [Symbol.asyncIterator]() {
      if (isTaken) {
        throw new PipelineError(
          'ERR_CONTRACT',
          'Batches of a stream are for one pass: make others of the stream, opened again.',
        );
      }
      isTaken = true;
      return batchesOf(images, options, tally);
    },
  };
}

/** An image that waits, with its number in the stream. */
interface Waiting extends Reserved {
  readonly sample: EncodedImage;
}

async function* batchesOf(
  images: AsyncIterable<StreamedImage>,
  options: ReservoirBatchesOptions,
  tally: Tally,
): AsyncGenerator<StreamedBatch, void, undefined> {
  const { batchSize, seed } = options;
  const { capacity = 16 * batchSize, capacityBytes = defaultBytes } = options;
  const random = seededRandom('reservoir', seed);
  const waiting = reservoir<Waiting>(random);
  let seq = 0;
  const next = (): StreamedBatch => {
    const samples = drawBatch(waiting, options, random, tally);
    seq += 1;
    return { seq: seq - 1, epoch: 0, samples };
  };
  for await (const image of images) {
    waiting.add(tally.take(image));
    if (waiting.count < capacity && waiting.bytes < capacityBytes) continue;
    if (waiting.count < batchSize) throw withoutRoom(waiting, options, capacityBytes);
    yield next();
  }
  while (waiting.count >= batchSize) yield next();
}

const defaultBytes = 268_435_456;

function drawBatch(
  waiting: Reservoir<Waiting>,
  options: ReservoirBatchesOptions,
  random: Random,
  tally: Tally,
): EncodedImage[] {
  const allotments = allotBatch(waiting.sizes, options, random);
  const inClassOrder = allotments.flatMap(({ label, images }) => waiting.draw(label, images));
  tally.count(allotments);
  const order = permutation(inClassOrder.length, random);
  return Array.from(order, (place) => inClassOrder[place]!.sample);
}

/** Labels of a stream, and counts by class. */
interface Tally {
  take(image: StreamedImage): Waiting;
  count(allotments: ReturnType<typeof allotBatch>): void;
  report(): ReservoirReport;
}

function newTally({ classes, batchSize, classesPerBatch }: ReservoirBatchesOptions): Tally {
  const names = [...(classes ?? [])];
  const labelOf = new Map(names.map((name, label) => [name, label]));
  const [read, drawn] = [names.map(() => 0), names.map(() => 0)];
  let [position, batches, balanced, ofOneClass, largest] = [0, 0, 0, 0, 0];
  const label = (image: StreamedImage): number => {
    const [name] = image.classes;
    const known = name === undefined ? undefined : labelOf.get(name);
    if (known !== undefined) return known;
    if (name === undefined || classes !== undefined) throw withoutClass(image, classes);
    labelOf.set(name, names.length);
    for (const counts of [read, drawn]) counts.push(0);
    return names.push(name) - 1;
  };
  return {
    take(image) {
      const { id, bytes } = image;
      const own = label(image);
      read[own]! += 1;
      position += 1;
      const sample = { id, label: own, position: position - 1, draw: 0, bytes };
      return { label: own, size: bytes.length, sample };
    },
    count(allotments) {
      const counts = allotments.map(({ images }) => images);
      for (const { label: own, images } of allotments) drawn[own]! += images;
      const [least, most] = [Math.min(...counts), Math.max(...counts)];
      batches += 1;
      if (counts.length === classesPerBatch && most - least <= 1) balanced += 1;
      if (counts.length === 1) ofOneClass += 1;
      largest = Math.max(largest, most);
    },
    report: () => ({
      read: position,
      batches,
      balanced,
      ofOneClass,
      largestShare: largest / batchSize,
      classes: names.map((name, at) => ({ name, read: read[at]!, drawn: drawn[at]! })),
    }),
  };
}

function withoutClass(
  { id, classes: [name] }: StreamedImage,
  classes: readonly string[] | undefined,
): PipelineError {
  const found = name === undefined ? 'has none' : `is of \`${name}\`, none of ${classes?.length}`;
  return new PipelineError(
    'ERR_DATASET',
    `Balanced batches need classes, but \`${id}\` of the stream ${found}. Leave such images out of the stream`,
    { sample: id },
  );
}

function withoutRoom(
  waiting: Reservoir<Waiting>,
  { batchSize }: ReservoirBatchesOptions,
  capacityBytes: number,
): PipelineError {
  return new PipelineError(
    'ERR_DATASET',
    `\`capacityBytes: ${capacityBytes}\` holds ${counted(waiting.count, 'image')}, fewer than a batch of ${batchSize}. ` +
      'Give more bytes, or smaller batches',
    { options: ['capacityBytes', 'batchSize'] },
  );
}

function checkOptions(options: ReservoirBatchesOptions): void {
  const { batchSize, classesPerBatch, seed, capacity = 16 * batchSize } = options;
  const { capacityBytes = defaultBytes, classes = [] } = options;
  requireWithin('batchSize', batchSize, 2, Number.MAX_SAFE_INTEGER);
  requireWithin('classesPerBatch', classesPerBatch, 2, batchSize);
  requireWithin('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  requireWithin('capacity', capacity, batchSize, 2 ** 32);
  requireWithin('capacityBytes', capacityBytes, 1, Number.MAX_SAFE_INTEGER);
  if (new Set(classes).size === classes.length) return;
  throw new RangeError('Expected `classes` to be different names, got one twice');
}

function requireWithin(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new RangeError(
    `Expected \`${name}\` to be an integer from ${least} to ${most}, got \`${value}\``,
  );
}
