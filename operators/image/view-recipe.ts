/** Three numbers, for red, green and blue. */
export type Rgb = readonly [number, number, number];

/** A closed range, its ends in order. */
export type Range = readonly [number, number];

/** Random resized crop: the part of an image that a view shows. */
export interface RandomCrop {
  /** Area as a share of the image's, drawn uniformly; above 0, at most 1. */
  readonly scale: Range;
  /** Width over height, drawn uniformly in its logarithm; above 0. */
  readonly ratio: Range;
}

/** Colour jitter: how far colours may be moved. */
export interface ColourJitter {
  /** Probability that any of it is applied, 0 to 1. */
  readonly probability: number;
  /** Pixels are multiplied by 1 ± this; 0 or more. */
  readonly brightness: number;
  /** Distances to the mean grey are multiplied by 1 ± this; 0 or more. */
  readonly contrast: number;
  /** Distances to each pixel's own grey are multiplied by 1 ± this; 0 or more. */
  readonly saturation: number;
  /** Hues are turned by ± this share of the circle; 0 to 0.5. */
  readonly hue: number;
}

/** Augmentation policy: how a view is made of an image. Plain JSON, for workers and for `config.json`. */
export interface ViewRecipe {
  readonly name: string;
  /** Null takes the whole image, its aspect not kept. */
  readonly crop: RandomCrop | null;
  /** Probability of a horizontal flip, 0 to 1. */
  readonly flip: number;
  /** Null leaves colours alone. */
  readonly jitter: ColourJitter | null;
  /** Probability of a conversion to greyscale, 0 to 1. */
  readonly grayscale: number;
  /** Subtracted from channels in 0 to 1. */
  readonly mean: Rgb;
  /** Divides them afterwards; above 0. */
  readonly std: Rgb;
}

/** Mean and standard deviation of the channels, as ViewRecipe uses them. */
export type Normalisation = Pick<ViewRecipe, 'mean' | 'std'>;

export type ViewRecipeName = 'paper' | 'plain';

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
 * Augmentation recipe by name.
 *
 * - `paper`: what SINCERE and SupCon are trained with. Crop of 20 to 100 % of the area, horizontal flip, colour jitter
 *   of 0.4, 0.4, 0.4 and 0.1 in four of five views, greyscale in one of five.
 * - `plain`: the whole image, resized. For exports and evaluation; the same in every draw.
 *
 * @param normalisation @default `normalisations.neutral`
 * @see Feeney and Hughes, arXiv:2309.14277; tufts-ml/SupContrast `main_ce.py`.
 * @example
 * ```ts
 * const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
 * const recipe = viewRecipe('paper', imagenet);
 * const grey: ViewRecipe = { ...recipe, name: 'grey', jitter: null, grayscale: 1 };
 * ```
 */
export function viewRecipe(
  name: ViewRecipeName,
  normalisation: Normalisation = normalisations.neutral,
): ViewRecipe {
  const { mean, std } = normalisation;
  const recipe: ViewRecipe = { name, ...steps[name], mean, std };
  checkViewRecipe(recipe);
  return recipe;
}

const steps: Readonly<Record<ViewRecipeName, Omit<ViewRecipe, 'name' | 'mean' | 'std'>>> = {
  paper: {
    crop: { scale: [0.2, 1], ratio: [3 / 4, 4 / 3] },
    flip: 0.5,
    jitter: { probability: 0.8, brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 },
    grayscale: 0.2,
  },
  plain: { crop: null, flip: 0, jitter: null, grayscale: 0 },
};

/** @throws {RangeError} Naming the first field that is out of its range. */
export function checkViewRecipe(recipe: ViewRecipe): void {
  const { crop, flip, jitter, grayscale, mean, std } = recipe;
  if (crop !== null) {
    checkRange('crop.scale', crop.scale, 1);
    checkRange('crop.ratio', crop.ratio, Number.MAX_VALUE);
  }
  check('flip', flip, 0, 1);
  if (jitter !== null) {
    check('jitter.probability', jitter.probability, 0, 1);
    check('jitter.brightness', jitter.brightness, 0, Number.MAX_VALUE);
    check('jitter.contrast', jitter.contrast, 0, Number.MAX_VALUE);
    check('jitter.saturation', jitter.saturation, 0, Number.MAX_VALUE);
    check('jitter.hue', jitter.hue, 0, 0.5);
  }
  check('grayscale', grayscale, 0, 1);
  for (const value of mean) check('mean', value, -Number.MAX_VALUE, Number.MAX_VALUE);
  for (const value of std) check('std', value, Number.MIN_VALUE, Number.MAX_VALUE);
}

function checkRange(name: string, [low, high]: Range, largest: number): void {
  check(name, low, Number.MIN_VALUE, largest);
  check(name, high, low, largest);
}

function check(name: string, value: number, low: number, high: number): void {
  if (value >= low && value <= high) return;
  const bounds =
    low === Number.MIN_VALUE ? 'above 0' : `at least ${low}`.replace(/at least -1\.79.*/, 'finite');
  const top = high === Number.MAX_VALUE ? '' : ` and at most ${high}`;
  throw new RangeError(
    `Expected \`${name}\` of the recipe to be ${bounds}${top}, got \`${value}\``,
  );
}
