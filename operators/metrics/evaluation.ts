import { lowerMedian } from './lower-median.ts';
import type { Neighbours } from './neighbours/matches.ts';
import { nearestNeighbours } from './neighbours/nearest-neighbours.ts';
import { vectorsWithClass } from './neighbours/selected-vectors.ts';
import { type EmbeddingLayer, unitVectors } from './neighbours/unit-vectors.ts';
import { vectorsInMemory } from './neighbours/vectors-in-memory.ts';
import { weightedVote } from './neighbours/weighted-vote.ts';
import { joinedClasses, withClasses } from './neighbours/with-classes.ts';

export type { EmbeddingLayer } from './neighbours/unit-vectors.ts';

/** One exported set of vectors, as one layer of it was read back. */
export interface EmbeddedSet {
  /** What messages call it, such as its folder. */
  readonly name: string;
  /** Class names, each once; two sets may list them differently. */
  readonly classes: readonly string[];
  /** `[count]` id of each image. */
  readonly ids: readonly string[];
  /** `[count]` int32 position in `classes`, -1 when unknown. */
  readonly labels: Int32Array;
  /** Length of a row, 1 or more. */
  readonly dim: number;
  /** `[count, dim]` float32. */
  readonly rows: Float32Array;
}

/** How a set is evaluated. */
export interface EvaluateNeighboursOptions {
  /** Numbers of neighbours that vote, different integers of at least 1. */
  readonly ks: readonly number[];
  /** Goes into the rows. `projection` must have unit rows; rows of `embedding` are scaled to length 1. */
  readonly layer: EmbeddingLayer;
  /** Whether `test` is `train`, and no image is its own neighbour. @default false */
  readonly leaveOneOut?: boolean | undefined;
  /** Worker threads; 0 computes on the calling thread. @default all cores, or 0 for small sets */
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One number, as a row of `evaluation.arrow`. */
export interface EvaluationRow {
  /** `knn1_accuracy`, …, `target_median`, `noise_median`, `target_mean`, `noise_mean` or `margin`. */
  readonly metric: string;
  /** Null over all classes. */
  readonly class: string | null;
  readonly layer: EmbeddingLayer;
  /** Null when there is nothing to measure: `n` is 0 then. */
  readonly value: number | null;
  /** Ends of the 95 % interval, null when none was computed. */
  readonly ciLow: number | null;
  readonly ciHigh: number | null;
  /** Test images that it was measured on. */
  readonly n: number;
}

/** Columns of `neighbours.arrow`: one entry for each test image, in test order, null where there is none. */
export interface NeighbourRows {
  readonly id: readonly string[];
  readonly class: readonly (string | null)[];
  /** The nearest training image of the same class. */
  readonly sameId: readonly (string | null)[];
  readonly sameSimilarity: readonly (number | null)[];
  /** The nearest training image of another class. */
  readonly otherId: readonly (string | null)[];
  readonly otherClass: readonly (string | null)[];
  readonly otherSimilarity: readonly (number | null)[];
  /** For each k the class that the k nearest vote for. */
  readonly predictions: ReadonlyMap<number, readonly string[]>;
}

/** Images that some class names. */
export interface ClassCount {
  readonly class: string;
  readonly images: number;
}

/** What was measured, and on what. */
export interface Evaluation {
  readonly rows: readonly EvaluationRow[];
  readonly neighbours: NeighbourRows;
  /** Test images that accuracies and similarities are measured on. */
  readonly scored: number;
  /** Test images without a class: predicted, not scored. */
  readonly testWithoutClass: number;
  /** Training images without a class: they are nobody's neighbour. */
  readonly trainWithoutClass: number;
  /** Classes of test images that have no training image (other than the image itself): predicted, not scored. */
  readonly absentFromTrain: readonly ClassCount[];
}

/**
 * Measures test vectors against training vectors by exact nearest neighbours.
 *
 * - k-NN accuracy: the share of test images whose class wins the weighted vote of the k nearest.
 * - target and noise: cosine similarity of a test image to its nearest training image of the same and
 *   of another class; medians (the lower middle) and means over images.
 * - margin: `|median target − median noise|`.
 *
 * Each over all scored images and for each class. Classes are joined by name. An image is scored when
 * its class is known and has another image in `train`; the others are predicted, counted and named. A
 * class without scored images has rows with a null value and `n` 0; so has noise when there is only one
 * class.
 *
 * @throws {RangeError} When an option is out of its range or the sets do not fit together.
 * @throws {PipelineError} `ERR_FORMAT` when a row is not finite or cannot be compared by angle, naming the image.
 * @see tufts-ml/SupContrast `contrast_acc.py`, `embed_stats.py`, `bootstrap_margin.py`.
 */
export async function evaluateNeighbours(
  train: EmbeddedSet,
  test: EmbeddedSet,
  options: EvaluateNeighboursOptions,
): Promise<Evaluation> {
  const { ks, layer, leaveOneOut = false, signal } = options;
  for (const set of [train, test]) checkSet(set);
  const classes = joinedClasses(train, test);
  const queries = withClasses(vectorsInMemory(test), classes);
  const support = vectorsWithClass(withClasses(vectorsInMemory(train), classes));
  const labelled = support.positions;
  const testLabels = queries.labels;
  checkFit(train, test, ks, labelled.length, leaveOneOut);
  const found = await nearestNeighbours(unitVectors(queries, layer), unitVectors(support, layer), {
    k: Math.max(...ks),
    leaveOneOut,
    threads: options.threads,
    signal,
  });

  const predicted = new Map(ks.map((k) => [k, votes(found, k)]));
  const known = [...testLabels.keys()].filter((image) => testLabels[image]! >= 0);
  const scored = known.filter((image) => found.same.positions[image]! >= 0);
  const measure = (images: readonly number[], name: string | null): EvaluationRow[] =>
    measured({ images, found, predicted, testLabels }).map(({ metric, value, n }) => ({
      metric,
      class: name,
      layer,
      value,
      ciLow: null,
      ciHigh: null,
      n,
    }));
  const byClass = grouped(scored, testLabels, classes.length);
  return {
    rows: [
      ...measure(scored, null),
      ...classes.flatMap((name, label) => measure(byClass[label]!, name)),
    ],
    neighbours: neighbourRows(train, test, { labelled, classes, testLabels, found, predicted }),
    scored: scored.length,
    testWithoutClass: testLabels.length - known.length,
    trainWithoutClass: train.labels.length - labelled.length,
    absentFromTrain: absentClasses(known, found, testLabels, classes),
  };
}

interface Measure {
  readonly metric: string;
  readonly value: number | null;
  readonly n: number;
}

function measured(what: {
  images: readonly number[];
  found: Neighbours;
  predicted: ReadonlyMap<number, Int32Array>;
  testLabels: Int32Array;
}): Measure[] {
  const { images, found, predicted, testLabels } = what;
  const target = images.map((image) => found.same.similarities[image]!);
  const noise = images
    .filter((image) => found.other.positions[image]! >= 0)
    .map((image) => found.other.similarities[image]!);
  const [targetMedian, noiseMedian] = [lowerMedian(target), lowerMedian(noise)];
  const margin =
    targetMedian === null || noiseMedian === null ? null : Math.abs(targetMedian - noiseMedian);
  const accuracies = [...predicted].map(([k, labels]): Measure => {
    const right = images.filter((image) => labels[image] === testLabels[image]).length;
    const value = images.length === 0 ? null : right / images.length;
    return { metric: `knn${k}_accuracy`, value, n: images.length };
  });
  return [
    ...accuracies,
    { metric: 'target_median', value: targetMedian, n: target.length },
    { metric: 'noise_median', value: noiseMedian, n: noise.length },
    { metric: 'target_mean', value: mean(target), n: target.length },
    { metric: 'noise_mean', value: mean(noise), n: noise.length },
    { metric: 'margin', value: margin, n: noise.length },
  ];
}

function neighbourRows(
  train: EmbeddedSet,
  test: EmbeddedSet,
  what: {
    labelled: Int32Array;
    classes: readonly string[];
    testLabels: Int32Array;
    found: Neighbours;
    predicted: ReadonlyMap<number, Int32Array>;
  },
): NeighbourRows {
  const { labelled, classes, testLabels, found, predicted } = what;
  const { same, other } = found;
  const idAt = (position: number): string | null =>
    position < 0 ? null : train.ids[labelled[position]!]!;
  const classAt = (label: number): string | null => (label < 0 ? null : classes[label]!);
  const valueAt = (value: number): number | null => (Number.isNaN(value) ? null : value);
  const names = (labels: Int32Array): string[] => Array.from(labels, (label) => classes[label]!);
  return {
    id: test.ids,
    class: Array.from(testLabels, classAt),
    sameId: Array.from(same.positions, idAt),
    sameSimilarity: Array.from(same.similarities, valueAt),
    otherId: Array.from(other.positions, idAt),
    otherClass: Array.from(other.labels, classAt),
    otherSimilarity: Array.from(other.similarities, valueAt),
    predictions: new Map([...predicted].map(([k, labels]) => [k, names(labels)])),
  };
}

function votes({ count, k: kept, nearest }: Neighbours, k: number): Int32Array {
  return Int32Array.from({ length: count }, (_, image) => {
    const start = image * kept;
    return weightedVote({
      similarities: nearest.similarities.subarray(start, start + k),
      labels: nearest.labels.subarray(start, start + k),
    });
  });
}

function absentClasses(
  known: readonly number[],
  found: Neighbours,
  testLabels: Int32Array,
  classes: readonly string[],
): ClassCount[] {
  const lonely = known.filter((image) => found.same.positions[image]! < 0);
  return grouped(lonely, testLabels, classes.length)
    .map((images, label) => ({ class: classes[label]!, images: images.length }))
    .filter(({ images }) => images > 0);
}

function grouped(images: readonly number[], labels: Int32Array, classes: number): number[][] {
  const groups = Array.from({ length: classes }, (): number[] => []);
  for (const image of images) groups[labels[image]!]!.push(image);
  return groups;
}

function mean(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function checkSet({ name, classes, ids, labels, dim, rows }: EmbeddedSet): void {
  if (labels.length !== ids.length || rows.length !== ids.length * dim) {
    throw new RangeError(
      `Expected \`${name}\` to have a label and ${dim} numbers for each of ${ids.length} ids, ` +
        `got \`${labels.length}\` labels and \`${rows.length}\` numbers`,
    );
  }
  if (new Set(classes).size !== classes.length) {
    throw new RangeError(
      `Expected \`${name}\` to name each class once, got \`${classes.join(', ')}\``,
    );
  }
  const wrong = labels.find((label) => label < -1 || label >= classes.length);
  if (wrong !== undefined) {
    throw new RangeError(
      `Expected labels of \`${name}\` from -1 to ${classes.length - 1}, got \`${wrong}\``,
    );
  }
}

function checkFit(
  train: EmbeddedSet,
  test: EmbeddedSet,
  ks: readonly number[],
  labelled: number,
  leaveOneOut: boolean,
): void {
  if (train.dim !== test.dim) {
    throw new RangeError(
      `Expected rows of \`${test.name}\` to have length ${train.dim} like those of \`${train.name}\`, got \`${test.dim}\``,
    );
  }
  if (ks.length === 0 || new Set(ks).size !== ks.length) {
    throw new RangeError(`Expected \`ks\` to be different numbers, got \`${ks.join(', ')}\``);
  }
  if (leaveOneOut && (test.ids.length !== train.ids.length || labelled !== train.ids.length)) {
    throw new RangeError(
      'Expected the same images as `train` and `test` of `leaveOneOut`, each with a class',
    );
  }
  const most = leaveOneOut ? labelled - 1 : labelled;
  const wrong = ks.find((k) => !Number.isInteger(k) || k < 1 || k > most);
  if (wrong !== undefined) {
    throw new RangeError(
      `Expected \`ks\` to be integers from 1 to ${most}, the images with a class in \`${train.name}\`, got \`${wrong}\``,
    );
  }
}
