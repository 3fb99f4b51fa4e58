import { beta, type Random, seededRandom } from '../random.ts';
import type { ViewBatch, ViewMix } from '../types.ts';
import { outOfRange } from '../out-of-range.ts';

/** Mixup and CutMix, alone or one of them for each batch. */
export interface MixViewsOptions {
  /** Mixup: images are blended, by a share drawn from Beta(`alpha`, `alpha`). */
  readonly mixup?: { readonly alpha: number } | undefined;
  /** CutMix: a box of the partner is pasted, its area drawn from Beta(`alpha`, `alpha`). */
  readonly cutmix?: { readonly alpha: number } | undefined;
  /** Probability that a batch is mixed at all, 0 to 1. @default 1 */
  readonly probability?: number | undefined;
  /** The run's seed, an integer. */
  readonly seed: number;
}

/**
 * Mixes each view with the view of the same number of another image of the batch; the batch itself is not changed.
 *
 * Definitions are those of torchvision's `v2.MixUp` and `v2.CutMix`: one share and one box for all rows of a batch. The partner
 * is so many images before it, a number drawn for each batch, because images of a class may follow one another. All of it is a
 * function of `seed` and the number of the plan. Of both methods each is taken as often.
 *
 * @returns The batch with new pixels and its `mix`; where nothing is mixed, each row is its own partner and pixels are shared.
 */
export function mixedViews(batch: ViewBatch, options: MixViewsOptions): ViewBatch {
  const { mixup, cutmix, probability = 1, seed } = options;
  const { samples, views, imageSize, pixels } = batch;
  const random = seededRandom('mix', seed, batch.plan.seq);
  const isMixed = random.uniform() < probability && samples.length > 1;
  if (!isMixed) return { ...batch, mix: unmixed(samples.length * views) };
  const shift = views * (1 + random.below(samples.length - 1));
  const rows = { pixels, length: imageSize ** 2 * 3, shift };
  const isCut = mixup === undefined || (cutmix !== undefined && random.below(2) === 1);
  const share = beta(random, (isCut ? cutmix : mixup)!.alpha);
  const { mixed, own } = isCut
    ? pasted(rows, imageSize, drawBox(random, imageSize, share))
    : blended(rows, share);
  const count = samples.length * views;
  const partners = Int32Array.from({ length: count }, (_, row) => (row + count - shift) % count);
  return { ...batch, pixels: mixed, mix: { partners, own: new Float32Array(count).fill(own) } };
}

/** @throws {RangeError} Naming the option that is out of range, or that neither method is given. */
export function checkMixing({ mixup, cutmix, probability = 1, seed }: MixViewsOptions): void {
  if (mixup === undefined && cutmix === undefined) {
    throw new RangeError(
      'Expected `mixup` or `cutmix` to be given, such as `mixup: { alpha: 0.2 }`',
    );
  }
  for (const [name, method] of Object.entries({ mixup, cutmix })) {
    if (method === undefined || (method.alpha > 0 && method.alpha < Infinity)) continue;
    throw outOfRange(`${name}.alpha`, 'a number above 0', method.alpha);
  }
  if (!(probability >= 0 && probability <= 1)) {
    throw outOfRange('probability', 'from 0 to 1', probability);
  }
  if (!Number.isSafeInteger(seed)) throw outOfRange('seed', 'an integer', seed);
}

/** Each row is its own partner. */
function unmixed(rows: number): ViewMix {
  return {
    partners: Int32Array.from({ length: rows }, (_, row) => row),
    own: new Float32Array(rows).fill(1),
  };
}

interface Rows {
  readonly pixels: Float32Array;
  /** Values of a row. */
  readonly length: number;
  /** The partner is so many rows before. */
  readonly shift: number;
}

interface Mixed {
  readonly mixed: Float32Array;
  /** Share of its own image in each row. */
  readonly own: number;
}

function blended({ pixels, length, shift }: Rows, own: number): Mixed {
  const start = pixels.length - shift * length;
  const mixed = pixels.map(
    (value, at) => own * value + (1 - own) * pixels[(at + start) % pixels.length]!,
  );
  return { mixed, own };
}

/** A rectangle of whole pixels; the ends are not part of it. */
interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A box about a pixel drawn anywhere, of 1 − `share` of the area before it is cut off at the edges. */
function drawBox(random: Random, size: number, share: number): Box {
  const [x, y] = [random.below(size), random.below(size)];
  const half = Math.trunc(0.5 * Math.sqrt(1 - share) * size);
  const within = (at: number): number => Math.min(size, Math.max(0, at));
  return {
    left: within(x - half),
    right: within(x + half),
    top: within(y - half),
    bottom: within(y + half),
  };
}

function pasted({ pixels, length, shift }: Rows, size: number, box: Box): Mixed {
  const mixed = pixels.slice();
  const start = pixels.length - shift * length;
  const width = 3 * (box.right - box.left);
  for (let row = 0; row < pixels.length; row += length) {
    for (let y = box.top; y < box.bottom; y += 1) {
      const at = row + 3 * (y * size + box.left);
      const from = (at + start) % pixels.length;
      mixed.set(pixels.subarray(from, from + width), at);
    }
  }
  const area = (box.right - box.left) * (box.bottom - box.top);
  return { mixed, own: 1 - area / size ** 2 };
}
