import type { StepSpec } from './step-spec.ts';
import { mostRowsAtOnce } from '../loss/batch-loss.ts';
import { firstViewFlags } from '../loss/measured-loss.ts';
import { crossEntropyRows } from '../loss/cross-entropy.ts';
import { readoutsOf } from '../loss/readouts-of.ts';
import { type TileCompiler, tiledLosses } from '../loss/tiled-loss.ts';
import type { LossRows } from '../loss/loss-rows.ts';
import type { CrossEntropyReadouts, LossReadouts } from '../loss/readouts.ts';
import type { CrossEntropySpec, LossSpec } from '../loss/loss-spec.ts';
import { tf, type TensorsByName } from '../tensor/tf.ts';
import { namedTensor } from '../model/named-tensor.ts';
import { type ParameterGradients, parameterGradients } from './parameter-gradients.ts';
import type { StepRows } from './sample-readouts.ts';
import { encodeInTraining } from '../model/encoder.ts';

/**
 * Micro-batch size: images that the network sees at once, where a step is split; null where it is one pass.
 *
 * A batch whose loss would need more than 2,048 × 2,048 pairs at once is split too, if only into one chunk. Cross
 * entropy needs no pairs.
 */
export function chunkImages({ shape, microBatch, loss }: StepSpec): number | null {
  const chunk = microBatch ?? shape.images;
  const lossFits = loss.name === 'cross-entropy' || shape.images * shape.views <= mostRowsAtOnce;
  return chunk === shape.images && lossFits ? null : chunk;
}

/** Micro-batch size: images that the network sees at once, split or not. */
export function imagesAtOnce(spec: StepSpec): number {
  return chunkImages(spec) ?? spec.shape.images;
}

/** The parts of a split step, as an engine runs them. `S` is a state, `G` are gradients on their way. */
export interface SplitPrograms<S, G> {
  /** `projectedChunk`: `[rows of a chunk, projectionSize]`. Pixels are borrowed until the promise settles. */
  project(state: S, pixels: Float32Array): Promise<Float32Array>;
  /** `chunkGradients`, added to those before. Takes over `before`. */
  accumulate(
    state: S,
    pixels: Float32Array,
    projectionGradient: Float32Array,
    before: G | undefined,
  ): Promise<G>;
  readonly losses: SplitLosses;
}

/** The loss of all rows of a batch. */
export interface SplitLosses {
  run(rows: LossRows): Promise<SplitLoss>;
  release(): Promise<void>;
}

/** Sums by name, as `readoutsOf` takes them, and the gradient `[rows, projectionSize]`. */
export interface SplitLoss {
  readonly sums: { readonly [name: string]: Float64Array | undefined };
  readonly gradient: Float32Array;
  /** `[rows]`: of each anchor, in nats; 0 for the others. */
  readonly rowLoss: Float32Array;
}

/** A loss of whole batches: a contrastive one in tiles, cross entropy row by row. */
export function splitLosses(compile: TileCompiler, loss: LossSpec | CrossEntropySpec): SplitLosses {
  if (loss.name === 'cross-entropy') {
    return { run: async (rows) => crossEntropyRows(rows), release: async () => {} };
  }
  const tiled = tiledLosses(compile, loss);
  return {
    async run(rows) {
      const { gradient, ...loss } = await tiled.run(rows, { gradient: true, readouts: true });
      // It was asked for.
      return { ...loss, gradient: gradient! };
    },
    release: () => tiled.release(),
  };
}

/** Batch of a split step. */
export interface SplitBatch {
  /** `[images · views, size, size, 3]`. */
  readonly pixels: Float32Array;
  /** `[images · views]`, as `lossLabels` makes them. */
  readonly labels: Int32Array;
}

/**
 * Gradient caching: a training step whose network sees the batch in chunks and whose loss sees it whole. Every
 * chunk is encoded, the loss of all projections is computed with its gradient in them, then every chunk is
 * encoded again and that gradient is sent back through it. Memory is that of one chunk, plus pixels and
 * projections of the batch; the cost is one more forward pass.
 *
 * With frozen BatchNorm it equals a step in one pass. Otherwise every chunk is normalised with its own
 * statistics, in both passes alike, and running statistics move once, towards the mean over the chunks.
 *
 * @returns The read-outs, what each row gave where the spec asks for it, and the summed gradients for the update.
 * @see Gao et al., arXiv:2101.06983.
 */
export async function splitStep<S, G>(
  spec: StepSpec,
  programs: SplitPrograms<S, G>,
  state: S,
  { pixels, labels }: SplitBatch,
): Promise<{
  readonly readouts: LossReadouts | CrossEntropyReadouts;
  readonly rows: StepRows | undefined;
  readonly gradients: G;
}> {
  const { images, views, imageSize } = spec.shape;
  const rows = imagesAtOnce(spec) * views;
  const size = spec.encoder.projectionSize;
  const chunks = Array.from({ length: (images * views) / rows }, (_, index) => {
    const from = index * rows;
    const values = imageSize * imageSize * 3;
    return { from, pixels: pixels.subarray(from * values, (from + rows) * values) };
  });

  const z = new Float32Array(labels.length * size);
  for (const chunk of chunks) z.set(await programs.project(state, chunk.pixels), chunk.from * size);

  const firstOnly = spec.loss.name !== 'cross-entropy' && spec.loss.anchors === 'first';
  const anchorMask = firstOnly ? firstViewFlags(labels.length, views) : undefined;
  const loss = await programs.losses.run({ z, size, labels, anchorMask });

  let gradients: G | undefined;
  for (const chunk of chunks) {
    const part = loss.gradient.subarray(chunk.from * size, (chunk.from + rows) * size);
    gradients = await programs.accumulate(state, chunk.pixels, part, gradients);
  }
  // With read-outs every sum is there.
  const readouts = readoutsOf(spec.loss, (name) => loss.sums[name]!);
  const given = spec.samples === true ? { projection: z, loss: loss.rowLoss } : undefined;
  // There is at least one chunk.
  return { readouts, rows: given, gradients: gradients! };
}

/**
 * The first pass of a chunk: `[rows, projectionSize]`.
 *
 * @param weights Every tensor of `weightShapes(spec.encoder)`. Borrowed, as is `pixels`.
 * @returns Owned by the caller.
 */
export function projectedChunk(
  spec: StepSpec,
  weights: TensorsByName,
  pixels: tf.Tensor4D,
): tf.Tensor2D {
  const { encoder, batchNorm, frozen } = spec;
  return tf.tidy(() => encodeInTraining(encoder, weights, pixels, batchNorm, frozen).projection);
}

/**
 * The second pass of a chunk: the gradient of every parameter for a given gradient of the chunk's projections,
 * and this chunk's share of the new running statistics, both added to what was there before.
 *
 * @param projectionGradient `[rows, projectionSize]`. Borrowed, as are the others.
 * @param before What earlier chunks left; nothing for the first.
 * @returns Tensors owned by the caller.
 */
export function chunkGradients(
  spec: StepSpec,
  weights: TensorsByName,
  pixels: tf.Tensor4D,
  projectionGradient: tf.Tensor2D,
  before: ParameterGradients | undefined,
): ParameterGradients {
  return tf.tidy(() => {
    const chunks = spec.shape.images / imagesAtOnce(spec);
    const { gradients, statistics } = parameterGradients(spec, weights, pixels, (projection) =>
      tf.sum(tf.mul(projection, projectionGradient)),
    );
    const shares = Object.entries(statistics).map(([name, x]) => [name, tf.div(x, chunks)]);
    const after = { gradients, statistics: Object.fromEntries(shares) as TensorsByName };
    if (before === undefined) return after;
    return {
      gradients: added(before.gradients, after.gradients),
      statistics: added(before.statistics, after.statistics),
    };
  });
}

function added(one: TensorsByName, other: TensorsByName): TensorsByName {
  return Object.fromEntries(
    Object.entries(one).map(([name, x]) => [
      name,
      tf.add(x, namedTensor('gradients', other, name)),
    ]),
  );
}
