import type { RgbImage } from '../types.ts';
import type { ViewDraw } from './draw-view.ts';
import { gaussianTaps } from './gaussian-taps.ts';
import { changeKinds, type Kernel, openKernel } from './kernel/open-kernel.ts';
import type { RenderViews, ViewOperations } from './render-views.ts';

/** Memory of a kernel that is kept; WebAssembly gives none back, so that of a huge image goes with its kernel. */
const mostKeptBytes = 64 * 2 ** 20;

/** The kernel of this thread while nobody draws. */
let idle: Kernel | undefined;

/** Views by the kernel in WebAssembly. */
export function simdRenderer(size: number, operations: ViewOperations): RenderViews {
  const length = size * size * 3;
  return (image, drawn, { mean, std }, target, offset) => {
    const kernel = idle ?? openKernel();
    // Not again before it is done, and never after an error.
    idle = undefined;
    const top = copyRows(kernel, size, image, drawn);
    const normalisation = [...mean, ...std.map((deviation) => 1 / deviation)];
    let start = offset;
    for (const view of drawn) {
      const at = renderView(kernel, size, view, top, normalisation, operations);
      target.set(floatsAt(kernel, at, length), start);
      start += length;
    }
    if (kernel.memory.buffer.byteLength <= mostKeptBytes) idle = kernel;
  };
}

/** Copies the rows that the views see into the kernel; the first of them. */
function copyRows(
  kernel: Kernel,
  size: number,
  image: RgbImage,
  drawn: readonly ViewDraw[],
): number {
  const top = drawn.reduce((least, { crop }) => Math.min(least, crop.top), image.height);
  const end = drawn.reduce((most, { crop }) => Math.max(most, crop.top + crop.height), 0);
  const stride = image.width * 3;
  const at = kernel.openImage(size, image.width, end - top);
  if (at === 0) throw tooLarge(size, image);
  const bytes = new Uint8Array(kernel.memory.buffer, at >>> 0, (end - top) * stride);
  bytes.set(image.data.subarray(top * stride, end * stride));
  return top;
}

/** The address of the view in the kernel. */
function renderView(
  kernel: Kernel,
  size: number,
  view: ViewDraw,
  firstRow: number,
  normalisation: readonly number[],
  operations: ViewOperations,
): number {
  const { crop, flip, colours, grayscale, blur, solarize } = view;
  kernel.openView(crop.left, crop.top - firstRow, crop.width, crop.height, flip ? 1 : 0);
  const hook = operations(view);
  if (hook !== undefined) {
    hook(floatsAt(kernel, kernel.showPixels(), size * size * 3), size);
    kernel.takePixels();
  }
  for (const { kind, amount } of colours) kernel.change(changeKinds[kind], amount);
  if (grayscale) kernel.change(changeKinds.grayscale, 0);
  if (blur !== null) {
    const at = kernel.blur(blur.radius);
    if (at === 0) throw tooLarge(size, view.crop);
    floatsAt(kernel, at, blur.radius + 1).set(gaussianTaps(blur));
  }
  if (solarize !== null) kernel.change(changeKinds.solarize, solarize);
  return kernel.finish(...normalisation);
}

function floatsAt(kernel: Kernel, at: number, length: number): Float32Array {
  return new Float32Array(kernel.memory.buffer, at >>> 0, length);
}

function tooLarge(size: number, { width, height }: { width: number; height: number }): RangeError {
  return new RangeError(
    `Expected an image of ${width} × ${height} pixels and its views of ${size} × ${size} to fit into the 4 GiB of WebAssembly; a smaller \`maxPixels\` refuses such images`,
  );
}
