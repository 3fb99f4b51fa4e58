import type { Engine, LossResult, LossSession } from '../../operators/engine/interface/engine.ts';
import type { LossRows } from '../../operators/loss/loss-rows.ts';
import type { LossSpec } from '../../operators/loss/loss-spec.ts';
import { metricsFrom } from '../../operators/evaluation/metrics/metric-names.ts';
import type { EvaluationRow } from '../../operators/evaluation/scores/evaluation-rows.ts';
import { selectedVectors } from '../../operators/evaluation/vectors/selected-vectors.ts';
import {
  type EmbeddingLayer,
  unitVectors,
} from '../../operators/evaluation/vectors/unit-vectors.ts';
import type { VectorSet } from '../../operators/evaluation/vectors/vector-set.ts';
import { permutation, seededRandom } from '../../operators/random.ts';
import { type LossReadoutName, lossReadoutTable } from '../../operators/loss/readouts.ts';

/** Loss metrics of a set, and of how much of it. */
export interface ContrastMetrics {
  /** The loss over the set; NaN without a positive pair. */
  readonly loss: number;
  readonly rows: readonly EvaluationRow[];
  readonly contrasted: { readonly images: number; readonly of: number };
}

/** Options of `contrastMetrics`. */
export interface ContrastOptions {
  readonly layer: EmbeddingLayer;
  readonly temperature: number;
  /** Loss whose value is wanted as well. @default SINCERE, at `temperature` */
  readonly loss?: LossSpec | undefined;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** Rows that are contrasted with each other at once: time grows with their square, 2 s for so many. */
export const mostContrasted = 16_384;

/** The read-outs of a set that are metrics, in the order of their rows. */
const metrics = metricsFrom('contrast').map(([metric]) => ({ metric, readout: readoutOf(metric) }));

function readoutOf(metric: string): LossReadoutName {
  const found = Object.entries(lossReadoutTable).find(([, one]) => one.metric === metric);
  if (found === undefined) throw new TypeError(`Expected a read-out that is \`${metric}\``);
  // A name of the table.
  return found[0] as LossReadoutName;
}

/**
 * The losses of test images contrasted with each other, the bound on the divergence of classes that follows, and
 * the geometry of their vectors. Of more than `mostContrasted` images a seeded sample is taken. They are about pairs,
 * so that no interval over images goes with them.
 *
 * Memory: linear in the images.
 *
 * @throws {PipelineError} `ERR_FORMAT` when a row cannot be compared by angle; `ERR_ENGINE`.
 */
export async function contrastMetrics(
  engine: Pick<Engine, 'createLoss'>,
  test: VectorSet,
  options: ContrastOptions,
): Promise<ContrastMetrics> {
  const images = contrastedImages(test, Int32Array.from(test.labels.keys()), options.seed);
  const contrasted = { images: images.sample.length, of: images.of };
  const sample = selectedVectors(unitVectors(test, options.layer), images.sample);
  if (!hasPair(sample.labels)) {
    return { loss: Number.NaN, rows: [], contrasted: { ...contrasted, images: 0 } };
  }
  const z = new Float32Array(new SharedArrayBuffer(4 * sample.count * sample.dim));
  for await (const { first, rows } of sample.blocks()) z.set(rows, first * sample.dim);
  const session = await engine.createLoss(specOf(options));
  try {
    const rows = { z, size: sample.dim, labels: sample.labels };
    const measured = await contrastResult(session, rows, options);
    return { loss: measured.value, rows: rowsOf(measured, options.layer), contrasted };
  } finally {
    await session.close();
  }
}

/** The loss that is measured. */
export function specOf({ temperature, loss }: ContrastOptions): LossSpec {
  return loss ?? { name: 'sincere', temperature };
}

/** Those of some images that are contrasted: with a class, of too many a sample. */
export function contrastedImages(
  { labels }: VectorSet,
  images: Int32Array,
  seed: number,
): { readonly sample: Int32Array; readonly of: number } {
  const known = images.filter((image) => labels[image]! >= 0);
  return { sample: sampled(known, seed), of: known.length };
}

/** True where two rows are of one class: nothing can be contrasted otherwise. */
export function hasPair(labels: Int32Array): boolean {
  return new Set(labels).size < labels.length;
}

type Contrasting = Pick<ContrastOptions, 'layer' | 'signal' | 'onProgress'>;

/** The metrics of unit rows with a class, at least two of them of one, contrasted with each other. */
export async function contrastRows(
  session: LossSession,
  rows: LossRows,
  options: Contrasting,
): Promise<EvaluationRow[]> {
  return rowsOf(await contrastResult(session, rows, options), options.layer);
}

async function contrastResult(
  session: LossSession,
  rows: LossRows,
  { signal, onProgress }: Contrasting,
): Promise<LossResult> {
  const count = rows.labels.length;
  return await session.run(rows, {
    gradient: false,
    readouts: true,
    signal,
    onProgress: (done) => onProgress(done, count),
  });
}

function rowsOf({ readouts, anchors }: LossResult, layer: EmbeddingLayer): EvaluationRow[] {
  if (readouts === undefined || anchors === 0) return [];
  return metrics.map(({ metric, readout }) => {
    const value = readouts[readout];
    const shown = Number.isFinite(value) ? value : null;
    return { metric, class: null, layer, value: shown, ciLow: null, ciHigh: null, n: anchors };
  });
}

function sampled(images: Int32Array, seed: number): Int32Array {
  if (images.length <= mostContrasted) return images;
  const order = permutation(images.length, seededRandom('contrasted images', seed));
  return Int32Array.from(order.subarray(0, mostContrasted), (at) => images[at]!).sort();
}
