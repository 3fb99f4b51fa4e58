import { map, type OperatorFunction } from 'rxjs';
import { labelsOf } from '../labels-of.ts';
import { PipelineError } from '../errors.ts';
import type { BatchShape, PackedBatch, PlannedSample, ViewBatch, ViewMix } from '../types.ts';

/**
 * Collates each batch, padded to the one shape that an engine was built for.
 *
 * ```
 * samples   a       b       (missing)
 * pixels    a₀ a₁   b₀ b₁   0  0
 * labels    3  3    7  7    -1 -1
 * ```
 *
 * A batch that is full keeps its pixels; a shorter one is copied into an array of the full length.
 *
 * Errors: `ERR_SHAPE` when a batch has other views or another size than `shape`, or too many samples.
 *
 * @throws {RangeError} When a field of `shape` is not an integer of at least 1.
 * @example
 * ```ts
 * const shape = { images: 128, views: 2, imageSize: 32 }; // `shape` of a trainer
 * const pack = packBatch(shape); // after `augmentViews`, before `trainStep`
 * ```
 */
export function packBatch(shape: BatchShape): OperatorFunction<ViewBatch, PackedBatch> {
  for (const [name, value] of Object.entries(shape)) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`Expected \`${name}\` to be an integer of at least 1, got \`${value}\``);
    }
  }
  return map((batch) => packed(batch, shape));
}

function packed(batch: ViewBatch, shape: BatchShape): PackedBatch {
  checkFits(batch, shape);
  const { plan, samples, pixels } = batch;
  const rows = shape.images * shape.views;
  const labels = new Int32Array(rows).fill(-1);
  for (const [at, { label }] of samples.entries()) {
    labels.fill(label ?? -1, at * shape.views, (at + 1) * shape.views);
  }
  const mix = batch.mix === undefined ? {} : { mix: paddedMix(batch.mix, rows) };
  const rest = { labels, ...setsOf(samples), ...mix };
  if (samples.length === shape.images) return { plan, shape, samples, pixels, ...rest };
  const padded = new Float32Array(rows * shape.imageSize ** 2 * 3);
  padded.set(pixels);
  return { plan, shape, samples, pixels: padded, ...rest };
}

/** All classes of each sample, where one has several. */
function setsOf(samples: readonly PlannedSample[]): Pick<PackedBatch, 'labelSets'> {
  if (samples.every(({ labels }) => labels === undefined)) return {};
  return { labelSets: samples.map(labelsOf) };
}

/** Rows of padding are their own partners. */
function paddedMix({ partners, own }: ViewMix, rows: number): ViewMix {
  return {
    partners: Int32Array.from({ length: rows }, (_, row) => partners[row] ?? row),
    own: Float32Array.from({ length: rows }, (_, row) => own[row] ?? 1),
  };
}

function checkFits(batch: ViewBatch, shape: BatchShape): void {
  const { plan, samples, views, imageSize, pixels } = batch;
  const expected = `at most ${shape.images} images, ${shape.views} views, ${shape.imageSize} px`;
  const got = `${samples.length} images, ${views} views, ${imageSize} px, ${pixels.length} values`;
  const fits =
    samples.length <= shape.images &&
    views === shape.views &&
    imageSize === shape.imageSize &&
    pixels.length === samples.length * views * imageSize ** 2 * 3;
  if (fits) return;
  throw new PipelineError(
    'ERR_SHAPE',
    `Batch \`${plan.seq}\` does not fit: expected ${expected}, got ${got}. ` +
      'Give the views and the engine the same batch shape.',
  );
}
