import { type Augmentation, augmentedSteps, readAugmentation, recipeName } from './augmentation.ts';
import type { PresetName } from './recipe-presets.ts';
import type { Range, RecipeSteps, Rgb } from './recipe-steps.ts';

/** Augmentation policy: how a view is made of an image. Plain JSON, for workers and for `config.json`. */
export interface ViewRecipe extends RecipeSteps {
  /** Preset, with what differs from it: `paper,blur=0.1-2@0.5`. Says nothing that the other fields do not say. */
  readonly name: string;
  /** Subtracted from channels in 0 to 1. */
  readonly mean: Rgb;
  /** Divides them afterwards; above 0. */
  readonly std: Rgb;
}

/** Mean and standard deviation of the channels, as ViewRecipe uses them. */
export type Normalisation = Pick<ViewRecipe, 'mean' | 'std'>;

/** Augmentation: a preset, a preset with parameters as text (`paper,blur=0.1-2@0.5`), or the same as an object. */
export type AugmentationOption = PresetName | `${PresetName},${string}` | Augmentation;

/**
 * Normalisations by dataset, as the paper's code has them. `neutral` is for images nobody has measured:
 * the middle of the range, and a spread between those of the others.
 */
export const normalisations: Readonly<
  Record<'neutral' | 'cifar10' | 'cifar100' | 'imagenet', Normalisation>
> = {
  neutral: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
  cifar10: { mean: [0.4914, 0.4822, 0.4465], std: [0.2023, 0.1994, 0.201] },
  cifar100: { mean: [0.5071, 0.4867, 0.4408], std: [0.2675, 0.2565, 0.2761] },
  imagenet: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
};

/**
 * Augmentation recipe: a preset (`paper`, `simclr`, `plain`) and what is changed of it, as text or as an object.
 *
 * A step that the preset lacks takes its usual parameters where they are not given. `null` (in text `off`) switches a
 * step off.
 *
 * @param normalisation For what `augmentation` does not say itself. @default `normalisations.neutral`
 * @throws {RangeError} Naming the preset, key or field that is wrong, with the form that it has.
 * @example
 * ```ts
 * const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
 * const recipe = viewRecipe('paper', imagenet);
 * const blurred = viewRecipe('paper,scale=0.08-1,blur=0.1-2@0.5');
 * const same = viewRecipe({ preset: 'paper', crop: { scale: [0.08, 1] }, blur: { probability: 0.5 } });
 * ```
 */
export function viewRecipe(
  augmentation: AugmentationOption,
  normalisation: Normalisation = normalisations.neutral,
): ViewRecipe {
  const given = readAugmentation(augmentation);
  const steps = augmentedSteps(given);
  const { mean = normalisation.mean, std = normalisation.std } = given;
  const recipe: ViewRecipe = { name: recipeName(given.preset, steps), ...steps, mean, std };
  checkViewRecipe(recipe);
  return recipe;
}

/** @throws {RangeError} Naming the first field that is out of its range. */
export function checkViewRecipe(recipe: ViewRecipe): void {
  const { flip, grayscale, mean, std } = recipe;
  check('flip', flip, 0, 1);
  check('grayscale', grayscale, 0, 1);
  checkSteps(recipe);
  checkTriple('mean', mean, -Number.MAX_VALUE);
  checkTriple('std', std, Number.MIN_VALUE);
}

function checkSteps({ crop, jitter, blur, solarize, randAugment, local }: RecipeSteps): void {
  if (crop !== null) {
    checkRange('crop.scale', crop.scale, 1);
    checkRange('crop.ratio', crop.ratio, Number.MAX_VALUE);
  }
  if (jitter !== null) {
    check('jitter.probability', jitter.probability, 0, 1);
    check('jitter.brightness', jitter.brightness, 0, Number.MAX_VALUE);
    check('jitter.contrast', jitter.contrast, 0, Number.MAX_VALUE);
    check('jitter.saturation', jitter.saturation, 0, Number.MAX_VALUE);
    check('jitter.hue', jitter.hue, 0, 0.5);
  }
  if (blur !== undefined) {
    check('blur.probability', blur.probability, 0, 1);
    checkRange('blur.sigma', blur.sigma, Number.MAX_VALUE, leastSigma);
  }
  if (solarize !== undefined) {
    check('solarize.probability', solarize.probability, 0, 1);
    check('solarize.threshold', solarize.threshold, 0, 1);
  }
  if (randAugment !== undefined) {
    checkInteger('randAugment.operations', randAugment.operations, 1, mostOperations);
    checkInteger('randAugment.magnitude', randAugment.magnitude, 0, 30);
  }
  if (local !== undefined) {
    checkInteger('local.views', local.views, 1, mostLocalViews);
    checkRange('local.scale', local.scale, 1);
  }
}

/** More than this is a slip of the pen: nothing would be left of the image. */
const mostOperations = 14;

/** Below it a blur changes no bit, and further below its square is 0. */
const leastSigma = 0.01;

/** More than this is a slip of the pen: a batch holds them all. */
const mostLocalViews = 64;

function checkTriple(name: string, values: unknown, lowest: number): void {
  if (!Array.isArray(values) || values.length !== 3) {
    throw new RangeError(
      `Expected \`${name}\` of the recipe to be three numbers, for red, green and blue, got \`${JSON.stringify(values)}\``,
    );
  }
  for (const value of values) check(name, value, lowest, Number.MAX_VALUE);
}

function checkRange(
  name: string,
  range: Range,
  largest: number,
  least: number = Number.MIN_VALUE,
): void {
  if (!Array.isArray(range) || range.length !== 2) {
    throw new RangeError(
      `Expected \`${name}\` of the recipe to be two numbers, the lower one first, got \`${JSON.stringify(range)}\``,
    );
  }
  const [low, high] = range;
  check(name, low, least, largest);
  check(name, high, low, largest);
}

function checkInteger(name: string, value: unknown, low: number, high: number): void {
  if (Number.isInteger(value) && Number(value) >= low && Number(value) <= high) return;
  throw new RangeError(
    `Expected \`${name}\` of the recipe to be an integer from ${low} to ${high}, got \`${String(value)}\``,
  );
}

function check(name: string, value: unknown, low: number, high: number): void {
  if (typeof value === 'number' && value >= low && value <= high) return;
  const bounds =
    low === Number.MIN_VALUE ? 'above 0' : `at least ${low}`.replace(/at least -1\.79.*/, 'finite');
  const top = high === Number.MAX_VALUE ? '' : ` and at most ${high}`;
  throw new RangeError(
    `Expected \`${name}\` of the recipe to be ${bounds}${top}, got \`${String(value)}\``,
  );
}
