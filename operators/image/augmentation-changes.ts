import type { RecipeSteps, Rgb, StepName } from './recipe-steps.ts';

/** Changes of an augmentation, as they are given: steps in part, null where one is switched off. */
export type AugmentationChanges = {
  readonly [Name in StepName]?: Partial<NonNullable<RecipeSteps[Name]>> | null | undefined;
} & {
  /** Probability of a horizontal flip, 0 to 1. */
  readonly flip?: number | undefined;
  /** Probability of a conversion to greyscale, 0 to 1. */
  readonly grayscale?: number | undefined;
  /** Subtracted from channels in 0 to 1. */
  readonly mean?: Rgb | undefined;
  /** Divides them afterwards; above 0. */
  readonly std?: Rgb | undefined;
};
