import { lossLabels } from '../loss/loss-labels.ts';
import { type CrossEntropySpec, isByImage, type LossSpec } from '../loss/loss-spec.ts';
import type { PackedBatch, PlannedSample } from '../types.ts';
import type { StepSpec } from './step-spec.ts';

/** What each row of a batch gave in a step, before the update. */
export interface StepRows {
  /** `[rows, size]`: unit vectors, or the logits of a classifier. */
  readonly projection: Float32Array;
  /** `[rows]`: in nats; 0 for rows that are no anchors. */
  readonly loss: Float32Array;
}

/**
 * What each image of a batch gave in a step, before the update: `[images]` each.
 *
 * The margin `ownSimilarity − otherSimilarity`, averaged over the steps of a training, is low for images whose label is
 * wrong; of a classifier it is the area under the margin (AUM).
 *
 * @see Pleiss, Zhang, Elenberg and Weinberger, Identifying mislabeled data using the area under the margin ranking, 2020.
 */
export interface SampleReadouts {
  /** The images: those of the plan, or what stands in for a bad one. */
  readonly images: readonly PlannedSample[];
  /** Mean loss over its views that were anchors with a positive, in nats; NaN without any. */
  readonly loss: Float32Array;
  /**
   * Mean cosine similarity of its views to the rows of its class, those of the image itself left out, −1 to 1; of a
   * classifier the mean logit of its class. NaN where the class is unknown, or no other image of the batch has it.
   */
  readonly ownSimilarity: Float32Array;
  /**
   * The same for the class among all others to which it is the most similar; of a classifier their largest mean logit.
   * NaN without another class.
   */
  readonly otherSimilarity: Float32Array;
  /** That class, -1 for none. Ties: the lowest. */
  readonly otherClass: Int32Array;
}

/** What each image gave, from the rows of its views. A loss whose positives are views of an image knows no classes. */
export function sampleReadouts(
  { loss, encoder }: StepSpec,
  batch: PackedBatch,
  rows: StepRows,
): SampleReadouts {
  const images = batch.samples;
  const compared = isByImage(loss)
    ? emptyColumns(images.length)
    : (loss.name === 'cross-entropy' ? ofLogits : ofVectors)(batch, rows, encoder.projectionSize);
  return { images, loss: imageLosses(loss, batch, rows), ...compared };
}

type Compared = Omit<SampleReadouts, 'images' | 'loss'>;

function emptyColumns(images: number): Compared {
  return {
    ownSimilarity: new Float32Array(images).fill(Number.NaN),
    otherSimilarity: new Float32Array(images).fill(Number.NaN),
    otherClass: new Int32Array(images).fill(-1),
  };
}

function imageLosses(
  spec: LossSpec | CrossEntropySpec,
  batch: PackedBatch,
  rows: StepRows,
): Float32Array {
  const { views } = batch.shape;
  const isAnchor = anchorsOf(spec, batch);
  return Float32Array.from(batch.samples, (_, image) => {
    let [sum, anchors] = [0, 0];
    for (let row = image * views; row < (image + 1) * views; row += 1) {
      if (!isAnchor(row)) continue;
      sum += rows.loss[row]!;
      anchors += 1;
    }
    // Written out: 0 / 0 has the sign of the processor.
    return anchors === 0 ? Number.NaN : sum / anchors;
  });
}

/** Rows whose loss counts: a row without a positive has none. */
function anchorsOf(
  spec: LossSpec | CrossEntropySpec,
  batch: PackedBatch,
): (row: number) => boolean {
  const labels = lossLabels(spec, batch);
  if (spec.name === 'cross-entropy') return (row) => labels[row]! >= 0;
  const members = new Map<number, number>();
  for (const label of labels) members.set(label, (members.get(label) ?? 0) + 1);
  const { views } = batch.shape;
  const isCandidate = (row: number): boolean => spec.anchors !== 'first' || row % views === 0;
  return (row) => labels[row]! >= 0 && members.get(labels[row]!)! > 1 && isCandidate(row);
}

/** Of logits: those of each class, averaged over the views. */
function ofLogits(
  { samples, shape, labels }: PackedBatch,
  { projection }: StepRows,
  size: number,
): Compared {
  const { views } = shape;
  const columns = emptyColumns(samples.length);
  for (const image of samples.keys()) {
    const mean = rowSum(projection, image * views, views, size).map((sum) => sum / views);
    const label = labels[image * views]!;
    if (label >= 0) columns.ownSimilarity[image] = mean[label]!;
    setNearest(columns, image, mean, (at) => at !== label);
  }
  return columns;
}

/** Of unit vectors: mean products with the rows of each class, which are products with the sum of these rows. */
function ofVectors(batch: PackedBatch, { projection }: StepRows, size: number): Compared {
  const { samples, shape, labels } = batch;
  const { views } = shape;
  const columns = emptyColumns(samples.length);
  const vectors = samples.map((_, image) => rowSum(projection, image * views, views, size));
  const labelOf = (image: number): number => labels[image * views]!;
  const images = [...samples.keys()];
  const classes = groupSums(
    images.filter((image) => labelOf(image) >= 0),
    labelOf,
    vectors,
  );
  // An image can be in a batch twice, and is no witness for itself.
  const copies = groupSums(images, (image) => samples[image]!.id, vectors);
  const ascending = [...classes.keys()].sort((a, b) => a - b);
  const sums = ascending.map((label) => classes.get(label)!);
  const similarities = new Float64Array(sums.length);
  for (const [image, { id }] of samples.entries()) {
    const vector = vectors[image]!;
    for (const [at, { sum, images: members }] of sums.entries()) {
      similarities[at] = dot(vector, sum) / (views * views * members);
    }
    const label = labelOf(image);
    const own = classes.get(label);
    if (own !== undefined) {
      const self = copies.get(id)!;
      const others = own.images - self.images;
      const product = dot(vector, own.sum) - dot(vector, self.sum);
      // Of none it would be a rounding.
      if (others > 0) columns.ownSimilarity[image] = product / (views * views * others);
    }
    setNearest(columns, image, similarities, (at) => ascending[at] !== label);
    columns.otherClass[image] = ascending[columns.otherClass[image]!] ?? -1;
  }
  return columns;
}

/** The largest similarity to another class than that of the image, and where it is. */
function setNearest(
  { otherSimilarity, otherClass }: Compared,
  image: number,
  similarities: Float64Array,
  isOther: (at: number) => boolean,
): void {
  let nearest = -1;
  for (let at = 0; at < similarities.length; at += 1) {
    const isNearer = nearest < 0 || similarities[at]! > similarities[nearest]!;
    if (isNearer && isOther(at)) nearest = at;
  }
  otherClass[image] = nearest;
  if (nearest >= 0) otherSimilarity[image] = similarities[nearest]!;
}

interface Group {
  readonly sum: Float64Array;
  images: number;
}

function groupSums<K>(
  images: readonly number[],
  keyOf: (image: number) => K,
  vectors: readonly Float64Array[],
): ReadonlyMap<K, Group> {
  const groups = new Map<K, Group>();
  for (const image of images) {
    const key = keyOf(image);
    const vector = vectors[image]!;
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, { sum: vector.slice(), images: 1 });
      continue;
    }
    group.images += 1;
    for (let at = 0; at < vector.length; at += 1) group.sum[at]! += vector[at]!;
  }
  return groups;
}

/** Sum of consecutive rows. */
function rowSum(rows: Float32Array, first: number, count: number, size: number): Float64Array {
  const sum = new Float64Array(size);
  for (let row = first; row < first + count; row += 1) {
    for (let at = 0; at < size; at += 1) sum[at]! += rows[row * size + at]!;
  }
  return sum;
}

/** Four sums side by side: one alone would wait for itself. */
function dot(one: Float64Array, other: Float64Array): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const whole = one.length - (one.length % 4);
  for (let at = 0; at < whole; at += 4) {
    a += one[at]! * other[at]!;
    b += one[at + 1]! * other[at + 1]!;
    c += one[at + 2]! * other[at + 2]!;
    d += one[at + 3]! * other[at + 3]!;
  }
  for (let at = whole; at < one.length; at += 1) a += one[at]! * other[at]!;
  return a + b + (c + d);
}
