import type { Engine } from '../../operators/engine/interface/engine.ts';
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
  readonly rows: readonly EvaluationRow[];
  readonly contrasted: { readonly images: number; readonly of: number };
}

/** Options of `contrastMetrics`. */
export interface ContrastOptions {
  readonly layer: EmbeddingLayer;
  readonly temperature: number;
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
  engine: Engine,
  test: VectorSet,
  options: ContrastOptions,
): Promise<ContrastMetrics> {
  const { layer, temperature, seed, signal, onProgress } = options;
  const known = Int32Array.from(test.labels.keys()).filter((image) => test.labels[image]! >= 0);
  const sample = selectedVectors(unitVectors(test, layer), sampled(known, seed));
  const { count, dim, labels } = sample;
  const nothing = { rows: [], contrasted: { images: 0, of: known.length } };
  if (count === 0) return nothing;
  const z = new Float32Array(new SharedArrayBuffer(4 * count * dim));
  for await (const { first, rows } of sample.blocks()) z.set(rows, first * dim);
  const session = await engine.createLoss({ name: 'sincere', temperature });
  try {
    const { readouts, anchors } = await session.run(
      { z, size: dim, labels },
      { gradient: false, readouts: true, signal, onProgress: (done) => onProgress(done, count) },
    );
    const values = readouts;
    if (values === undefined || anchors === 0) return nothing;
    return {
      rows: metrics.map(({ metric, readout }) => {
        const value = values[readout];
        return {
          metric,
          class: null,
          layer,
          value: Number.isFinite(value) ? value : null,
          ciLow: null,
          ciHigh: null,
          n: anchors,
        };
      }),
      contrasted: { images: count, of: known.length },
    };
  } finally {
    await session.close();
  }
}

function sampled(images: Int32Array, seed: number): Int32Array {
  if (images.length <= mostContrasted) return images;
  const order = permutation(images.length, seededRandom('contrasted images', seed));
  return Int32Array.from(order.subarray(0, mostContrasted), (at) => images[at]!).sort();
}
