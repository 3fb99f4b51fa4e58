import { namesOf } from '../names-of.ts';
import { type RecipeSteps, usualSteps } from './recipe-steps.ts';

/** A named augmentation. */
export interface RecipePreset {
  /** What it does, to follow its name in a sentence. */
  readonly brief: string;
  /** One line for a table. */
  readonly doc: string;
}

/** Augmentations by name: the one place that lists them. */
export const recipePresets = {
  paper: {
    brief: 'crops, flips, jitters colours',
    doc: 'What SINCERE and SupCon are trained with.',
  },
  simclr: {
    brief: 'also blurs',
    doc: 'SimCLR on ImageNet; on CIFAR-10 it is `simclr,jitter=0.4/0.4/0.4/0.1@0.8,blur=off`.',
  },
  plain: {
    brief: 'only resizes',
    doc: 'The whole image, resized: for exports and evaluation; the same in every draw.',
  },
} as const;

/** Augmentation by name. */
export type PresetName = keyof typeof recipePresets;

/** Names of augmentations, in the order of the table. */
export const presetNames: readonly [PresetName, ...PresetName[]] = namesOf(recipePresets);

/** The entry of a preset. */
export function presetOf(name: PresetName): RecipePreset {
  return recipePresets[name];
}

/**
 * Steps of each preset.
 *
 * @see Feeney and Hughes, arXiv:2309.14277; tufts-ml/SupContrast `main_ce.py`.
 * @see Chen et al., arXiv:2002.05709, appendix A; google-research/simclr `data_util.py`.
 */
export const presetSteps: Readonly<Record<PresetName, RecipeSteps>> = {
  paper: { crop: usualSteps.crop, flip: 0.5, jitter: usualSteps.jitter, grayscale: 0.2 },
  simclr: {
    crop: { ...usualSteps.crop, scale: [0.08, 1] },
    flip: 0.5,
    jitter: { probability: 0.8, brightness: 0.8, contrast: 0.8, saturation: 0.8, hue: 0.2 },
    grayscale: 0.2,
    blur: { probability: 0.5, sigma: [0.1, 2] },
  },
  plain: { crop: null, flip: 0, jitter: null, grayscale: 0 },
};
