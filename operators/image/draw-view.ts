import type { Random } from '../random.ts';
import { drawOperations } from './draw-operations.ts';
import type { ImageOperation } from './rand-augment/operations.ts';
import {
  type ColourJitter,
  type RandomBlur,
  type RandomCrop,
  type RandomSolarize,
  type Range,
  type RecipeSteps,
  usualSteps,
} from './recipe-steps.ts';

/** A rectangle of whole pixels inside an image. */
export interface Crop {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** One change of colours. A factor of 1, or a hue of 0, changes nothing. */
export interface ColourStep {
  readonly kind: 'brightness' | 'contrast' | 'saturation' | 'hue';
  /** The factor; for hue, the share of the circle by which it is turned. */
  readonly amount: number;
}

/** Gaussian blur of a view. */
export interface Blur {
  /** Standard deviation, in pixels of the view; above 0. */
  readonly sigma: number;
  /** Taps to each side of the middle, 1 or more; the kernel is cut off and normalised there. */
  readonly radius: number;
}

/** Random parameters of one view. */
export interface ViewDraw {
  readonly crop: Crop;
  readonly flip: boolean;
  /** RandAugment, before any change of colours, in the order of application; empty without it. */
  readonly operations: readonly ImageOperation[];
  /** Colour changes in the order of application; empty without jitter. */
  readonly colours: readonly ColourStep[];
  readonly grayscale: boolean;
  /** After greyscale; null leaves the view sharp. */
  readonly blur: Blur | null;
  /** After the blur: values of at least this threshold, in 0 to 1, are inverted; null inverts none. */
  readonly solarize: number | null;
}

/** Kind of view that is drawn for: its side, and whether it is a local one. */
export interface ViewPlace {
  /** Side of the view, in pixels. */
  readonly imageSize: number;
  /** Takes the scale of `local` in place of that of the crop. */
  readonly local: boolean;
}

/**
 * Draws the parameters of one view of a `width` × `height` image.
 *
 * Distributions are those of torchvision's `RandomResizedCrop`, `RandomHorizontalFlip`, `ColorJitter`, `RandomGrayscale`,
 * `GaussianBlur`, `RandomSolarize` and `RandAugment`, drawn in this order; the numbers drawn are our own. What came later
 * is drawn later, so that a recipe without it keeps its views.
 */
export function drawView(
  random: Random,
  recipe: RecipeSteps,
  width: number,
  height: number,
  { imageSize, local }: ViewPlace,
): ViewDraw {
  const part = cropOf(recipe, local);
  const crop =
    part === null ? { left: 0, top: 0, width, height } : drawCrop(random, part, width, height);
  const flip = random.uniform() < recipe.flip;
  const colours = recipe.jitter === null ? [] : drawColours(random, recipe.jitter);
  const grayscale = random.uniform() < recipe.grayscale;
  const blur = recipe.blur === undefined ? null : drawBlur(random, recipe.blur, imageSize);
  const solarize = recipe.solarize === undefined ? null : drawSolarize(random, recipe.solarize);
  const operations =
    recipe.randAugment === undefined ? [] : drawOperations(random, recipe.randAugment, imageSize);
  return { crop, flip, operations, colours, grayscale, blur, solarize };
}

/** A local crop has the ratios of the others, and usual ones where those are whole images. */
function cropOf({ crop, local }: RecipeSteps, isLocal: boolean): RandomCrop | null {
  if (!isLocal || local === undefined) return crop;
  return { ...(crop ?? usualSteps.crop), scale: local.scale };
}

/** Blur with SimCLR's kernel: `2 ⌊side / 20⌋ + 1` taps, 23 for 224 pixels; at least 3. A single pixel stays as it is. */
function drawBlur(random: Random, { probability, sigma }: RandomBlur, side: number): Blur | null {
  if (random.uniform() >= probability) return null;
  const drawn = between(random, sigma);
  return side === 1 ? null : { sigma: drawn, radius: Math.max(1, Math.floor(side / 20)) };
}

function drawSolarize(random: Random, { probability, threshold }: RandomSolarize): number | null {
  return random.uniform() < probability ? threshold : null;
}

/** Rejection sampling: tries before the crop is given up, as in torchvision. */
const cropTries = 10;

function drawCrop(
  random: Random,
  { scale, ratio }: RandomCrop,
  width: number,
  height: number,
): Crop {
  const area = width * height;
  const lowest = Math.log(ratio[0]);
  const highest = Math.log(ratio[1]);
  for (let tried = 0; tried < cropTries; tried += 1) {
    const target = area * between(random, scale);
    const aspect = Math.exp(between(random, [lowest, highest]));
    const w = Math.round(Math.sqrt(target * aspect));
    const h = Math.round(Math.sqrt(target / aspect));
    if (w < 1 || h < 1 || w > width || h > height) continue;
    return {
      left: random.below(width - w + 1),
      top: random.below(height - h + 1),
      width: w,
      height: h,
    };
  }
  return centralCrop(ratio, width, height);
}

/**
 * Fallback crop: the largest one in the centre whose ratio is allowed, for images that are long or
 * tiny.
 */
function centralCrop(ratio: Range, width: number, height: number): Crop {
  const own = width / height;
  const w = own > ratio[1] ? Math.max(1, Math.round(height * ratio[1])) : width;
  const h = own < ratio[0] ? Math.max(1, Math.round(width / ratio[0])) : height;
  return {
    left: Math.floor((width - w) / 2),
    top: Math.floor((height - h) / 2),
    width: w,
    height: h,
  };
}

function drawColours(random: Random, jitter: ColourJitter): ColourStep[] {
  if (random.uniform() >= jitter.probability) return [];
  const { hue } = jitter;
  const colours: ColourStep[] = [
    { kind: 'brightness', amount: between(random, around(jitter.brightness)) },
    { kind: 'contrast', amount: between(random, around(jitter.contrast)) },
    { kind: 'saturation', amount: between(random, around(jitter.saturation)) },
    { kind: 'hue', amount: between(random, [-hue, hue]) },
  ];
  // Fisher and Yates, in place.
  for (let last = 3; last > 0; last -= 1) {
    const other = random.below(last + 1);
    const held = colours[last]!;
    colours[last] = colours[other]!;
    colours[other] = held;
  }
  return colours;
}

function around(distance: number): Range {
  return [Math.max(0, 1 - distance), 1 + distance];
}

function between(random: Random, [low, high]: Range): number {
  return low + (high - low) * random.uniform();
}
