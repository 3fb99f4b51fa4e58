import type { ViewRecipe } from './view-recipe.ts';

/**
 * Shorter side to which a large image may be shrunk before views are made of it, in pixels.
 *
 * For a crop of share `s` of the area and ratio `r`, the shorter side of the crop has at least
 * `sqrt(s r)` of the image's shorter side. So `imageSize / sqrt(s r)`, with the least of both, leaves every crop
 * at least `imageSize` pixels: no view is enlarged that would not have been enlarged anyway. Recipes
 * without a crop get twice `imageSize`, so that the exact filter of the view has the last word.
 *
 * @param imageSize Side of the views, in pixels.
 * @returns For `shrinkTo` of `decodeImage`; an integer.
 * @example
 * ```ts
 * const shrinkTo = shrinkTarget(viewRecipe('paper'), 32);
 * const decode = decodeImage({ permits: permits(4), shrinkTo });
 * ```
 */
export function shrinkTarget(recipe: ViewRecipe, imageSize: number): number {
  if (recipe.crop === null) return 2 * imageSize;
  const { scale, ratio } = recipe.crop;
  const narrowest = Math.min(ratio[0], 1 / ratio[1]);
  return Math.ceil(imageSize / Math.sqrt(scale[0] * narrowest));
}
