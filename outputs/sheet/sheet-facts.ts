import type { ViewDraw } from '../../operators/image/draw-view.ts';
import type { ViewRecipe } from '../../operators/image/view-recipe.ts';
import { cropShare, percent, short } from './draw-words.ts';
import type { ViewSheet } from './view-sheet.ts';

/** Frequency of a step in the views of a sheet. */
export type Occurrence = {
  readonly what: string;
  readonly views: number;
  /** Of all views of the sheet. */
  readonly share: string;
  /** By the recipe. */
  readonly expected: string;
};

interface Happening {
  readonly happened: (draw: ViewDraw) => boolean;
  readonly probability: (recipe: ViewRecipe) => number;
}

/** What may be done to a view, or not. */
const happenings: Readonly<Record<string, Happening>> = {
  flipped: { happened: ({ flip }) => flip, probability: ({ flip }) => flip },
  RandAugment: {
    happened: ({ operations }) => operations.length > 0,
    probability: ({ randAugment }) => (randAugment === undefined ? 0 : 1),
  },
  'colours jittered': {
    happened: ({ colours }) => colours.length > 0,
    probability: ({ jitter }) => jitter?.probability ?? 0,
  },
  greyscale: {
    happened: ({ grayscale }) => grayscale,
    probability: ({ grayscale }) => grayscale,
  },
  blurred: {
    happened: ({ blur }) => blur !== null,
    probability: ({ blur }) => blur?.probability ?? 0,
  },
  solarized: {
    happened: ({ solarize }) => solarize !== null,
    probability: ({ solarize }) => solarize?.probability ?? 0,
  },
};

/** Frequency of each step in the views of a sheet, beside what the recipe asks for. */
export function occurrences({ rows, recipe }: ViewSheet): readonly Occurrence[] {
  const draws = rows.flatMap(({ views }) => views.map(({ draw }) => draw));
  return Object.entries(happenings).map(([what, { happened, probability }]) => {
    const views = draws.filter(happened).length;
    const share = percent(views / draws.length);
    return { what, views, share, expected: percent(probability(recipe)) };
  });
}

/** Shares of the area that the views of a sheet show, such as `21 to 98 %, mean 60 %`. */
export function cropShares({ rows }: ViewSheet): string {
  const shares = rows.flatMap(({ image, views }) =>
    views.map(({ draw }) => cropShare(draw, image)),
  );
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const [least, most] = [Math.min(...shares), Math.max(...shares)];
  return `${percent(least)} to ${percent(most)}, mean ${percent(mean)}`;
}

/** The fields of a recipe, those of its parts as `jitter.hue`. */
export function recipeFields(recipe: ViewRecipe): readonly (readonly [string, string])[] {
  return Object.entries(recipe).flatMap(([name, value]) => fieldsOf(name, value));
}

function fieldsOf(name: string, value: unknown): readonly (readonly [string, string])[] {
  if (value === null || value === undefined) return [[name, 'none']];
  if (typeof value === 'number') return [[name, short(value)]];
  if (Array.isArray(value))
    return [[name, value.map((one) => fieldsOf('', one)[0]![1]).join(', ')]];
  if (typeof value === 'string') return [[name, value]];
  if (typeof value !== 'object') return [[name, JSON.stringify(value)]];
  return Object.entries(value).flatMap(([key, inner]) => fieldsOf(`${name}.${key}`, inner));
}
