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

/** Gaussian blur, with a kernel of about a tenth of the side, as SimCLR has it. */
export interface RandomBlur {
  /** 0 to 1. */
  readonly probability: number;
  /** Standard deviation in pixels of the view, drawn uniformly; above 0. */
  readonly sigma: Range;
}

/** Solarisation: bright values are inverted. */
export interface RandomSolarize {
  /** 0 to 1. */
  readonly probability: number;
  /** Values of at least this are inverted; 0 to 1. */
  readonly threshold: number;
}

/** RandAugment: operations drawn one by one from a list of 14, all of one magnitude. */
export interface RandomOperations {
  /** Operations of each view, one after the other; an integer of at least 1. */
  readonly operations: number;
  /** An integer from 0 to 30: the bin of 31 that each operation takes its strength from. */
  readonly magnitude: number;
}

/** Multi-crop: further views of each image, of small crops, drawn at the same side as the others. */
export interface LocalCrops {
  /** Local views of each image, besides the global ones; an integer of at least 1. */
  readonly views: number;
  /** Area of their crops as a share of the image's, drawn uniformly; above 0, at most 1. */
  readonly scale: Range;
}

/** Steps of an augmentation, in the order of their random draws. What came later is absent where it is off. */
export interface RecipeSteps {
  /** Null takes the whole image, its aspect not kept. */
  readonly crop: RandomCrop | null;
  /** Probability of a horizontal flip, 0 to 1. */
  readonly flip: number;
  /** Null leaves colours alone. */
  readonly jitter: ColourJitter | null;
  /** Probability of a conversion to greyscale, 0 to 1. */
  readonly grayscale: number;
  /** After greyscale. */
  readonly blur?: RandomBlur | undefined;
  /** After the blur. */
  readonly solarize?: RandomSolarize | undefined;
  /** Before the jitter. */
  readonly randAugment?: RandomOperations | undefined;
  readonly local?: LocalCrops | undefined;
}

/** Steps that have parameters, by their field. */
export type StepName = 'crop' | 'jitter' | 'blur' | 'solarize' | 'randAugment' | 'local';

/** Parameters of each step where nothing else says them; their fields are all that a step has. */
export const usualSteps: { readonly [Name in StepName]: NonNullable<RecipeSteps[Name]> } = {
  crop: { scale: [0.2, 1], ratio: [3 / 4, 4 / 3] },
  jitter: { probability: 0.8, brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 },
  blur: { probability: 0.5, sigma: [0.1, 2] },
  solarize: { probability: 0.2, threshold: 0.5 },
  randAugment: { operations: 2, magnitude: 9 },
  local: { views: 6, scale: [0.05, 0.2] },
};

/** Local views of each image, besides the global ones. */
export function localViewsOf({ local }: Pick<RecipeSteps, 'local'>): number {
  return local?.views ?? 0;
}
