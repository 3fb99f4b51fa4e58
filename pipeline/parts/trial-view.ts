import type { ViewDraw } from '../../operators/image/draw-view.ts';
import { normalisations } from '../../operators/image/view-recipe.ts';
import {
  javascriptViewsNote,
  openViewRenderer,
  type ViewKernel,
  viewKernelHere,
} from '../../operators/image/view-renderer.ts';
import type { RgbImage } from '../../operators/types.ts';

const side = 17;

/** Rounding of the two kernels in a view of a few units. */
const tolerance = 1e-5;

/**
 * Makes a view as this machine does, and compares it with the one of plain loops.
 *
 * @returns Words for a table, and whether there is something to know.
 * @throws {Error} When the two are not the same view.
 */
export function trialView(kernel: ViewKernel = viewKernelHere()): {
  readonly verdict: 'ok' | 'note';
  readonly detail: string;
} {
  if (kernel === 'javascript') return { verdict: 'note', detail: javascriptViewsNote };
  const [view, expected] = [rendered('simd'), rendered('javascript')];
  const farthest = view.reduce(
    (most, value, at) => Math.max(most, Math.abs(value - expected[at]!)),
    0,
  );
  if (farthest < tolerance) return { verdict: 'ok', detail: 'made by WebAssembly with SIMD' };
  throw new Error(`WebAssembly makes other views than JavaScript: values differ by ${farthest}`);
}

function rendered(kernel: ViewKernel): Float32Array {
  const target = new Float32Array(side * side * 3);
  openViewRenderer(side, { kernel }).draw(image, [drawn], normalisations.neutral, target, 0);
  return target;
}

const image: RgbImage = {
  width: 29,
  height: 23,
  data: Uint8Array.from({ length: 29 * 23 * 3 }, (_, at) => (at * 37) % 256),
};

const drawn: ViewDraw = {
  crop: { left: 2, top: 1, width: 26, height: 21 },
  flip: true,
  operations: [],
  colours: [
    { kind: 'brightness', amount: 1.1 },
    { kind: 'contrast', amount: 0.8 },
    { kind: 'saturation', amount: 1.2 },
    { kind: 'hue', amount: 0.05 },
  ],
  grayscale: false,
  blur: { sigma: 1, radius: 2 },
  solarize: 0.5,
};
