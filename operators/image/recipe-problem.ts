import type { RecipeSteps, Rgb } from './recipe-steps.ts';

/** A field of a recipe that is out of its range. */
export interface RecipeProblem {
  /** Such as `blur.sigma`. */
  readonly field: string;
  /** To follow "Expected … to be". */
  readonly expected: string;
  /** What it is, as text. */
  readonly got: string;
}

/** Recipe to be looked at. */
type Recipe = RecipeSteps & { readonly mean: Rgb; readonly std: Rgb };

/** The first field of a recipe that is out of its range; undefined when none is. */
export function recipeProblem(recipe: Recipe): RecipeProblem | undefined {
  return problemsOf(recipe).next().value;
}

type Problems = Generator<RecipeProblem, undefined>;

/** More than this is a slip of the pen: nothing would be left of the image. */
const mostOperations = 14;

/** Below it a blur changes no bit, and further below its square is 0. */
const leastSigma = 0.01;

/** More than this is a slip of the pen: a batch holds them all. */
const mostLocalViews = 64;

function* problemsOf(recipe: Recipe): Problems {
  yield* share('flip', recipe.flip);
  yield* share('grayscale', recipe.grayscale);
  yield* problemsOfSteps(recipe);
  yield* three('mean', recipe.mean, -Number.MAX_VALUE);
  yield* three('std', recipe.std, Number.MIN_VALUE);
}

function* problemsOfSteps(steps: RecipeSteps): Problems {
  const { crop, jitter, blur, solarize, randAugment, local } = steps;
  if (crop !== null) {
    yield* range('crop.scale', crop.scale, Number.MIN_VALUE, 1);
    yield* range('crop.ratio', crop.ratio, Number.MIN_VALUE);
  }
  if (jitter !== null) {
    yield* share('jitter.probability', jitter.probability);
    yield* number('jitter.brightness', jitter.brightness, 0);
    yield* number('jitter.contrast', jitter.contrast, 0);
    yield* number('jitter.saturation', jitter.saturation, 0);
    yield* number('jitter.hue', jitter.hue, 0, 0.5);
  }
  if (blur !== undefined) {
    yield* share('blur.probability', blur.probability);
    yield* range('blur.sigma', blur.sigma, leastSigma);
  }
  if (solarize !== undefined) {
    yield* share('solarize.probability', solarize.probability);
    yield* share('solarize.threshold', solarize.threshold);
  }
  if (randAugment !== undefined) {
    yield* integer('randAugment.operations', randAugment.operations, 1, mostOperations);
    yield* integer('randAugment.magnitude', randAugment.magnitude, 0, 30);
  }
  if (local !== undefined) {
    yield* integer('local.views', local.views, 1, mostLocalViews);
    yield* range('local.scale', local.scale, Number.MIN_VALUE, 1);
  }
}

function* share(field: string, value: unknown): Problems {
  yield* number(field, value, 0, 1);
}

function* three(field: string, values: unknown, lowest: number): Problems {
  if (!Array.isArray(values) || values.length !== 3) {
    yield problem(field, 'three numbers, for red, green and blue', values);
    return;
  }
  for (const value of values) yield* number(field, value, lowest);
}

function* range(field: string, values: unknown, lowest: number, highest?: number): Problems {
  if (!Array.isArray(values) || values.length !== 2) {
    yield problem(field, 'two numbers, the lower one first', values);
    return;
  }
  const [low, high] = values as readonly unknown[];
  yield* number(field, low, lowest, highest);
  yield* number(field, high, Number(low), highest);
}

function* integer(field: string, value: unknown, low: number, high: number): Problems {
  if (Number.isInteger(value) && Number(value) >= low && Number(value) <= high) return;
  yield problem(field, `an integer from ${low} to ${high}`, value);
}

function* number(field: string, value: unknown, low: number, high = Number.MAX_VALUE): Problems {
  if (typeof value === 'number' && value >= low && value <= high) return;
  yield problem(
    field,
    `${lowerBound(low)}${high === Number.MAX_VALUE ? '' : ` and at most ${high}`}`,
    value,
  );
}

function lowerBound(low: number): string {
  if (low === Number.MIN_VALUE) return 'above 0';
  return low === -Number.MAX_VALUE ? 'finite' : `at least ${low}`;
}

function problem(field: string, expected: string, value: unknown): RecipeProblem {
  // A text in quotes, so that it does not look like the number that it should be.
  const got = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return { field, expected, got };
}
