import { type Augmentation, augmentedSteps, readAugmentation, recipeName } from './augmentation.ts';
import type { PresetName } from './recipe-presets.ts';
import { formOfField } from './recipe-keys.ts';
import { recipeProblem } from './recipe-problem.ts';
import type { RecipeSteps, Rgb } from './recipe-steps.ts';

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
 * const same = viewRecipe({ preset: 'paper', crop: { scale: [0.08, 1] }, blur: {} });
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
  checkAugmentation(recipe, typeof augmentation === 'string');
  return recipe;
}

/** @throws {RangeError} Naming the first field that is out of its range. */
export function checkViewRecipe(recipe: ViewRecipe): void {
  const problem = recipeProblem(recipe);
  if (problem === undefined) return;
  const { field, expected, got } = problem;
  throw new RangeError(`Expected \`${field}\` of the recipe to be ${expected}, got \`${got}\``);
}

/** @throws {RangeError} Naming the first parameter out of its range; of a text with the form that it has there. */
function checkAugmentation(recipe: ViewRecipe, isText: boolean): void {
  const problem = recipeProblem(recipe);
  if (problem === undefined) return;
  const { field, expected, got } = problem;
  const form = isText ? `; it is given as ${formOfField(field)}` : '';
  throw new RangeError(
    `Expected \`${field}\` of \`augmentation\` to be ${expected}, got \`${got}\`${form}`,
  );
}
