import { type RandomCrop, type RecipeSteps, usualSteps } from './recipe-steps.ts';

/**
 * Shorter side to which a large image may be shrunk before views are made of it, in pixels.
 *
 * For a crop of share `s` of the area and ratio `r`, the shorter side of the crop has at least
 * `sqrt(s r)` of the image's shorter side. So `imageSize / sqrt(s r)`, with the least of both, leaves every crop
 * at least `imageSize` pixels, those of local views too: no view is enlarged that would not have been enlarged anyway.
 * Views of whole images get twice `imageSize`, so that the exact filter of the view has the last word.
 *
 * @param imageSize Side of the views, in pixels.
 * @returns For `shrinkTo` of `decodeImage`; an integer.
 * @example
 * ```ts
 * const shrinkTo = shrinkTarget(viewRecipe('paper'), 32);
 * const decode = decodeImage({ permits: permits(4), shrinkTo });
 * ```
 */
export function shrinkTarget(recipe: RecipeSteps, imageSize: number): number {
  const { crop, local } = recipe;
  const { ratio } = crop ?? usualSteps.crop;
  const side = Math.max(
    crop === null ? 2 * imageSize : sideFor(crop, imageSize),
    local === undefined ? 0 : sideFor({ ratio, scale: local.scale }, imageSize),
  );
  return Math.min(side, longestSide);
}

/** No image has a longer side: one of this shorter side is never shrunk. */
const longestSide = 2 ** 24 - 1;

function sideFor({ scale, ratio }: RandomCrop, imageSize: number): number {
  const narrowest = Math.min(ratio[0], 1 / ratio[1]);
  return Math.ceil(imageSize / Math.sqrt(scale[0] * narrowest));
}
