import { applyColour, applyGrayscale, applySolarize } from './colour-steps.ts';
import type { ViewDraw } from './draw-view.ts';
import { blurView } from './gaussian-blur.ts';
import type { RenderViews, ViewOperations } from './render-views.ts';
import { cropResizer } from './resize-crop.ts';
import type { Normalisation } from './view-recipe.ts';

/** Views in plain loops, for machines without SIMD, and to compare with. */
export function javascriptRenderer(size: number, operations: ViewOperations): RenderViews {
  const resizer = cropResizer(size);
  const length = size * size * 3;
  return (image, drawn, normalisation, target, offset) => {
    let start = offset;
    for (const view of drawn) {
      resizer.resize(image, view.crop, view.flip, target, start);
      operations(view)?.(target.subarray(start, start + length), size);
      finishView(view, normalisation, target, start, size);
      start += length;
    }
  };
}

function finishView(
  { colours, grayscale, blur, solarize }: ViewDraw,
  normalisation: Normalisation,
  target: Float32Array,
  start: number,
  size: number,
): void {
  const end = start + size * size * 3;
  for (const colour of colours) applyColour(target, start, end, colour);
  if (grayscale) applyGrayscale(target, start, end);
  if (blur !== null) blurView(target, start, size, blur);
  if (solarize !== null) applySolarize(target, start, end, solarize);
  normalise(target, start, end, normalisation);
}

function normalise(
  target: Float32Array,
  start: number,
  end: number,
  { mean, std }: Normalisation,
): void {
  const [red, green, blue] = mean;
  const [redScale, greenScale, blueScale] = [1 / std[0], 1 / std[1], 1 / std[2]];
  for (let at = start; at < end; at += 3) {
    target[at] = (target[at]! - red) * redScale;
    target[at + 1] = (target[at + 1]! - green) * greenScale;
    target[at + 2] = (target[at + 2]! - blue) * blueScale;
  }
}
