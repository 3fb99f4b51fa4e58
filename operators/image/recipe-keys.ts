import { namesOf } from '../names-of.ts';
import type { AugmentationChanges } from './augmentation-changes.ts';

/** A parameter of an augmentation as text: `KEY=VALUE`. */
export interface RecipeKey {
  /** Syntax of the value: words are numbers, what is between them stands as it is. */
  readonly form: string;
  /** A value. */
  readonly example: string;
  /** One line for a table. */
  readonly doc: string;
}

/** Parameters of augmentations by key, in the order in which they are applied: the one place that lists them. */
export const recipeKeys = {
  scale: {
    form: 'LOW-HIGH',
    example: '0.08-1',
    doc: 'Crop: area as a share of the image, up to 1.',
  },
  ratio: {
    form: 'LOW-HIGH',
    example: '0.75-1.33',
    doc: 'Crop: width over height.',
  },
  flip: {
    form: 'PROBABILITY',
    example: '0.5',
    doc: 'Horizontal flip.',
  },
  randaugment: {
    form: 'OPERATIONS/MAGNITUDE',
    example: '2/9',
    doc: 'RandAugment: so many of its 14 operations, one after the other, at a magnitude from 0 to 30.',
  },
  jitter: {
    form: 'BRIGHTNESS/CONTRAST/SATURATION/HUE@PROBABILITY',
    example: '0.4/0.4/0.4/0.1@0.8',
    doc: 'Colour jitter: factors of 1 ± these, hue turned by ± its share of the circle (at most 0.5).',
  },
  grayscale: {
    form: 'PROBABILITY',
    example: '0.2',
    doc: 'Conversion to greyscale.',
  },
  blur: {
    form: 'LOW-HIGH@PROBABILITY',
    example: '0.1-2@0.5',
    doc: 'Gaussian blur: standard deviation in pixels of the view; the kernel is about a tenth of its side.',
  },
  solarize: {
    form: 'THRESHOLD@PROBABILITY',
    example: '0.5@0.2',
    doc: 'Solarisation: values of at least the threshold (0 to 1) are inverted.',
  },
  local: {
    form: 'VIEWS/LOW-HIGH',
    example: '6/0.05-0.2',
    doc: 'Multi-crop: so many further views of each image, of crops of this share of its area.',
  },
  mean: {
    form: 'RED/GREEN/BLUE',
    example: '0.49/0.48/0.45',
    doc: 'Subtracted from channels in 0 to 1.',
  },
  std: {
    form: 'RED/GREEN/BLUE',
    example: '0.25/0.24/0.26',
    doc: 'Divides them afterwards.',
  },
} as const;

/** Key of a parameter. */
export type RecipeKeyName = keyof typeof recipeKeys;

/** Keys of parameters, in the order of their table. */
export const recipeKeyNames: readonly [RecipeKeyName, ...RecipeKeyName[]] = namesOf(recipeKeys);

const table: Readonly<Record<RecipeKeyName, RecipeKey>> = recipeKeys;

/** The entry of a key. */
export function recipeKeyOf(name: RecipeKeyName): RecipeKey {
  return table[name];
}

/** Meaning of a parameter: numbers of its form, there and back. */
interface Conversion {
  /** What `off` means, where the step can be switched off. */
  readonly off?: AugmentationChanges;
  /** The numbers of the form as changes of a preset. */
  readonly changes: (...numbers: number[]) => AugmentationChanges;
  /** The other way round; nothing where the step is off. */
  readonly numbers: (steps: AugmentationChanges) => readonly number[] | null | undefined;
}

const conversions: Readonly<Record<RecipeKeyName, Conversion>> = {
  scale: {
    off: { crop: null },
    changes: (low: number, high: number) => ({ crop: { scale: [low, high] } }),
    numbers: ({ crop }) => crop?.scale,
  },
  ratio: {
    changes: (low: number, high: number) => ({ crop: { ratio: [low, high] } }),
    numbers: ({ crop }) => crop?.ratio,
  },
  flip: {
    off: { flip: 0 },
    changes: (flip: number) => ({ flip }),
    numbers: ({ flip = 0 }) => (flip === 0 ? undefined : [flip]),
  },
  randaugment: {
    off: { randAugment: null },
    changes: (operations: number, magnitude: number) => ({
      randAugment: { operations, magnitude },
    }),
    numbers: ({ randAugment: step }) => step && [step.operations!, step.magnitude!],
  },
  jitter: {
    off: { jitter: null },
    changes: (
      brightness: number,
      contrast: number,
      saturation: number,
      hue: number,
      probability: number,
    ) => ({ jitter: { probability, brightness, contrast, saturation, hue } }),
    numbers: ({ jitter: step }) =>
      step && [step.brightness!, step.contrast!, step.saturation!, step.hue!, step.probability!],
  },
  grayscale: {
    off: { grayscale: 0 },
    changes: (grayscale: number) => ({ grayscale }),
    numbers: ({ grayscale = 0 }) => (grayscale === 0 ? undefined : [grayscale]),
  },
  blur: {
    off: { blur: null },
    changes: (low: number, high: number, probability: number) => ({
      blur: { probability, sigma: [low, high] },
    }),
    numbers: ({ blur: step }) => step && [...step.sigma!, step.probability!],
  },
  solarize: {
    off: { solarize: null },
    changes: (threshold: number, probability: number) => ({ solarize: { probability, threshold } }),
    numbers: ({ solarize: step }) => step && [step.threshold!, step.probability!],
  },
  local: {
    off: { local: null },
    changes: (views: number, low: number, high: number) => ({
      local: { views, scale: [low, high] },
    }),
    numbers: ({ local: step }) => step && [step.views!, ...step.scale!],
  },
  mean: {
    changes: (red: number, green: number, blue: number) => ({ mean: [red, green, blue] }),
    numbers: ({ mean }) => mean,
  },
  std: {
    changes: (red: number, green: number, blue: number) => ({ std: [red, green, blue] }),
    numbers: ({ std }) => std,
  },
};

/**
 * Changes that `KEY=VALUE` makes.
 *
 * @throws {RangeError} When the value does not have the form of the key.
 */
export function readRecipeKey(name: RecipeKeyName, value: string): AugmentationChanges {
  const { form } = table[name];
  const { off, changes } = conversions[name];
  if (value === 'off' && off !== undefined) return off;
  const numbers = numbersIn(form, value);
  if (numbers !== undefined) return changes(...numbers);
  throw new RangeError(
    `Expected \`${name}\` of \`augmentation\` to be ${formOf(name)}, got \`${value}\``,
  );
}

/** The form of a key with an example, as a message gives it. */
export function formOf(name: RecipeKeyName): string {
  const { form, example } = table[name];
  const orOff = conversions[name].off === undefined ? '' : `, or \`${name}=off\``;
  return `${form}, such as \`${name}=${example}\`${orOff}`;
}

/** The form of the key that sets a field of a recipe, such as `blur.sigma`. */
export function formOfField(field: string): string {
  const [step = '', parameter = ''] = field.toLowerCase().split('.');
  const key = recipeKeyNames.find((one) => one === step || one === parameter);
  return key === undefined ? field : formOf(key);
}

/** A key of these steps as text; `off` where its step is. */
export function writeRecipeKey(name: RecipeKeyName, steps: AugmentationChanges): string {
  const { form } = table[name];
  const values = conversions[name].numbers(steps);
  if (values === undefined || values === null) return 'off';
  let at = 0;
  return form.replaceAll(word, () => String(values[at++]));
}

const word = /[A-Z]+/gu;
const numberForm = String.raw`([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)`;

function numbersIn(form: string, value: string): readonly number[] | undefined {
  const found = new RegExp(`^${form.replaceAll(word, numberForm)}$`, 'iu').exec(value);
  return found?.slice(1).map(Number);
}
