import { seededRandom } from '../random.ts';
import type { PlannedSample, RgbImage } from '../types.ts';
import { drawView, type ViewDraw } from './draw-view.ts';
import { localViewsOf } from './recipe-steps.ts';
import { checkViewRecipe, type ViewRecipe } from './view-recipe.ts';
import { openViewRenderer } from './view-renderer.ts';

/** Random key of the views of one image. */
export type ViewKey = Pick<PlannedSample, 'id' | 'draw' | 'replaces'>;

/** Number, size and seed of views. */
export interface ViewOptions {
  /** Views of each image, 1 or more, the local ones of the recipe among them. */
  readonly views: number;
  /** Side of the square views, in pixels, 1 or more. */
  readonly imageSize: number;
  /** The run's seed, an integer. */
  readonly seed: number;
}

/**
 * Random views of images (data augmentation): crop and resize, horizontal flip, RandAugment, colour jitter, greyscale,
 * blur, solarise, normalise.
 *
 * A view is a function of the pixels, the recipe, `seed`, its key and its number among the views. It does
 * not matter which images share the batch, or where and when the view is made; an image that is drawn
 * again has a new `draw` and so new views.
 *
 * Colours are computed and kept as float32 in 0 to 1 (`openViewRenderer`). torchvision rounds to 8 bits between the steps when
 * it works on Pillow images.
 *
 * Runs on the calling thread; `openImageWorkers` has it done elsewhere.
 *
 * @param images Borrowed, not changed.
 * @param keys One for each image.
 * @returns `[images * views, imageSize, imageSize, 3]` float32, image-major, owned by the caller.
 * @throws {RangeError} When the lengths disagree, or an option or the recipe is out of range.
 */
export function makeViews(
  images: readonly RgbImage[],
  keys: readonly ViewKey[],
  recipe: ViewRecipe,
  options: ViewOptions,
): Float32Array<ArrayBuffer> {
  checkViewOptions(options);
  checkViewRecipe(recipe);
  checkImages(images, keys);
  const length = options.views * options.imageSize ** 2 * 3;
  const pixels = new Float32Array(images.length * length);
  const views = viewWriter(recipe, options);
  for (const [at, image] of images.entries()) views(image, keys[at]!, pixels, at * length);
  return pixels;
}

/** Writes the views of one image into `target` from `offset` on; reuses its memory from call to call. */
export type ViewWriter = (
  image: RgbImage,
  key: ViewKey,
  target: Float32Array,
  offset: number,
) => void;

/** Writer of the views that `makeViews` makes, image by image; arguments are checked before. */
export function viewWriter(recipe: ViewRecipe, options: ViewOptions): ViewWriter {
  const renderer = openViewRenderer(options.imageSize);
  return (image, key, target, offset) => {
    renderer.draw(image, drawViews(image, key, recipe, options), recipe, target, offset);
  };
}

/**
 * Draws the parameters of the views of one image: those that `makeViews` makes, a function of the size of the image, the
 * recipe, `seed`, the key and the size of the views. The local ones of the recipe are the last ones.
 *
 * @param image Only its size is looked at.
 * @returns One for each view, in their order.
 * @throws {RangeError} When `views` leaves no view that is not local.
 */
export function drawViews(
  { width, height }: Pick<RgbImage, 'width' | 'height'>,
  { id, replaces = '', draw }: ViewKey,
  recipe: ViewRecipe,
  { views, imageSize, seed }: ViewOptions,
): ViewDraw[] {
  checkGlobalViews(recipe, views);
  const globalViews = views - localViewsOf(recipe);
  return Array.from({ length: views }, (_, view) => {
    const random = seededRandom('view', seed, id, replaces, draw, view);
    return drawView(random, recipe, width, height, { imageSize, local: view >= globalViews });
  });
}

/** @throws {RangeError} When all views of an image would be local ones. */
export function checkGlobalViews(recipe: ViewRecipe, views: number): void {
  const local = localViewsOf(recipe);
  if (views > local) return;
  throw new RangeError(
    `Expected \`views\` to be more than the ${local} local ones of the recipe, which it counts, got \`${views}\``,
  );
}

/** @throws {RangeError} Naming the option that is out of range. */
export function checkViewOptions({ views, imageSize, seed }: ViewOptions): void {
  for (const [name, value] of Object.entries({ views, imageSize })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`Expected \`${name}\` to be an integer of at least 1, got \`${value}\``);
    }
  }
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(`Expected \`seed\` to be an integer, got \`${seed}\``);
  }
}

/** @throws {RangeError} When an image has not the bytes of its size, or there is not one key for each. */
export function checkImages(images: readonly RgbImage[], keys: readonly ViewKey[]): void {
  if (images.length !== keys.length) {
    throw new RangeError(
      `Expected one key for each of ${images.length} images, got ${keys.length}`,
    );
  }
  for (const [at, { width, height, data }] of images.entries()) {
    if (width >= 1 && height >= 1 && data.length === width * height * 3) continue;
    throw new RangeError(
      `Expected image \`${keys[at]!.id}\` of ${width} × ${height} pixels to have ${width * height * 3} bytes, got ${data.length}`,
    );
  }
}
