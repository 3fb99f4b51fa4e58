import type { RgbImage } from '../types.ts';
import { applyOperations } from './apply-operations.ts';
import type { Blur, Crop, ViewDraw } from './draw-view.ts';
import { javascriptRenderer } from './javascript-renderer.ts';
import { canRunKernel } from './kernel/open-kernel.ts';
import type { PixelHook, ViewOperations } from './render-views.ts';
import { simdRenderer } from './simd-renderer.ts';
import type { Normalisation } from './view-recipe.ts';

/** Implementation of views: WebAssembly with SIMD, or plain loops where a machine has none. */
export type ViewKernel = 'simd' | 'javascript';

/** Options of `openViewRenderer`. */
export interface ViewRendererOptions {
  /** @default `simd` where this machine can, else `javascript` */
  readonly kernel?: ViewKernel | undefined;
  /** What is done with a view between its flip and its colour changes. @default its operations of RandAugment */
  readonly operations?: ViewOperations | undefined;
}

/** Renders views of one size that were drawn. It keeps its memory from image to image, and is not shared by threads. */
export interface ViewRenderer {
  readonly kernel: ViewKernel;
  /**
   * Renders the views of one image, one behind the other: crop and resize, flip, RandAugment, colour changes in their
   * order, greyscale, blur, solarize, normalise.
   *
   * The values are a function of the arguments alone; of one kernel they are the same bits on every machine.
   *
   * @param image Borrowed, not changed.
   * @param target Gets `[drawn.length, size, size, 3]` values from `offset` on; may lie in shared memory.
   * @throws {RangeError} When the image has not the bytes of its size, a crop lies outside it, a blur has no size, the target has
   *   no room, or memory does not suffice.
   */
  draw(
    image: RgbImage,
    drawn: readonly ViewDraw[],
    normalisation: Normalisation,
    target: Float32Array,
    offset: number,
  ): void;
}

/**
 * A renderer of views of `size` × `size` pixels.
 *
 * @example
 * ```ts
 * const renderer = openViewRenderer(224);
 * const drawn = drawView(seededRandom('view', 0), recipe, image.width, image.height);
 * const view = new Float32Array(224 * 224 * 3);
 * renderer.draw(image, [drawn], recipe, view, 0);
 * ```
 */
export function openViewRenderer(size: number, options: ViewRendererOptions = {}): ViewRenderer {
  const { kernel = viewKernelHere(), operations = drawnOperations } = options;
  const renderer =
    kernel === 'simd' ? simdRenderer(size, operations) : javascriptRenderer(size, operations);
  return {
    kernel,
    draw(image, drawn, normalisation, target, offset) {
      if (drawn.length === 0) return;
      checkBytes(image);
      for (const { crop, blur } of drawn) {
        checkCrop(image, crop);
        if (blur !== null) checkBlur(blur);
      }
      checkRoom(target, offset, drawn.length * size * size * 3);
      renderer(image, drawn, normalisation, target, offset);
    },
  };
}

/** Operations of RandAugment take place outside the kernel, which most views never leave. */
function drawnOperations({ operations }: ViewDraw): PixelHook | undefined {
  if (operations.length === 0) return undefined;
  return (pixels, size) => applyOperations(pixels, size, operations);
}

/** Default kernel of this machine: SIMD where it can. */
export function viewKernelHere(): ViewKernel {
  return canRunKernel() ? 'simd' : 'javascript';
}

/** Words for a machine that makes its views in JavaScript, to be told once. */
export const javascriptViewsNote =
  'The WebAssembly of this machine has no SIMD: views are made in JavaScript, some six times slower, and differ in the seventh digit';

function checkBytes({ width, height, data }: RgbImage): void {
  if (data.length === width * height * 3) return;
  throw new RangeError(
    `Expected an image of ${width} × ${height} pixels to have ${width * height * 3} bytes, got ${data.length}`,
  );
}

function checkBlur({ sigma, radius }: Blur): void {
  if (sigma > 0 && Number.isInteger(radius) && radius >= 1 && radius < 2 ** 30) return;
  throw new RangeError(
    `Expected a blur of a sigma above 0 and an integer radius of at least 1, got ${sigma} and ${radius}`,
  );
}

function checkCrop({ width, height }: RgbImage, crop: Crop): void {
  const { left, top } = crop;
  const inside = left >= 0 && top >= 0 && left + crop.width <= width && top + crop.height <= height;
  const isWhole = [left, top, crop.width, crop.height].every(Number.isInteger);
  if (inside && isWhole && crop.width >= 1 && crop.height >= 1) return;
  throw new RangeError(
    `Expected the crop to be whole pixels inside the image of ${width} × ${height} pixels, got ${crop.width} × ${crop.height} at ${left}, ${top}`,
  );
}

function checkRoom(target: Float32Array, offset: number, length: number): void {
  if (offset >= 0 && offset + length <= target.length) return;
  throw new RangeError(
    `Expected room for ${length} values from ${offset} on, got a target of ${target.length}`,
  );
}
