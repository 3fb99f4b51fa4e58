import type { AugmentationOption } from '../../operators/image/view-recipe.ts';
import { cellSide } from '../../outputs/sheet/png-sheet.ts';
import { sheetFormatOf } from '../../outputs/sheet/write-sheet.ts';
import { allViews } from './all-views.ts';
import {
  classFields,
  type ClassOptions,
  classRule,
  dataFields,
  type DataOptions,
  listFields,
  type ListOptions,
} from './data-options.ts';
import { decodingFields, type DecodingOptions } from './decoding-options.ts';
import { augmentation, integer, optional, path } from './option-fields.ts';
import { readingFields, type ReadingOptions } from './reading-options.ts';
import { seedField, type SeedOption } from './seed-option.ts';
import type { OptionFields, OptionRule, Resolved } from './verb.ts';

/** Options of a contact sheet of views: which images, and how views are made of them. */
export interface SheetContentOptions
  extends
    ClassOptions,
    ListOptions,
    Pick<DataOptions, 'split'>,
    SeedOption,
    ReadingOptions,
    DecodingOptions {
  /** Images of the sheet, drawn by `seed`, one after the other of each class. @default 12 */
  readonly count?: number | undefined;
  /** Views of each image, those of its first draw in training with this `seed`, before the local ones. @default 8 */
  readonly viewsPerImage?: number | undefined;
  /** Side of the square views, in pixels. @default 32 */
  readonly imageSize?: number | undefined;
  /**
   * Data augmentation: `paper` crops, flips, jitters colours; `simclr` also blurs; `plain` only resizes;
   * with parameters (scale, ratio, flip, randaugment, jitter, grayscale, blur, solarize, local, mean, std), such as
   * `paper,blur=0.1-2@0.5`.
   * @default 'paper'
   */
  readonly augmentation?: AugmentationOption | undefined;
}

/** Options of a contact sheet of views. */
export interface SheetOptions extends SheetContentOptions {
  /** Draw views of images, as training makes them: a page, FILE.html, or a picture, FILE.png. */
  readonly views?: string | null | undefined;
}

const data = { split: dataFields.split, ...listFields, ...classFields };

const count = integer(
  1,
  'Images of the sheet, drawn by `seed`, one after the other of each class.',
).default(12);

const images = { ...data, count, seed: seedField };

const drawing = {
  viewsPerImage: integer(
    1,
    'Views of each image, those of its first draw in training with this `seed`, before the local ones.',
  ).default(8),
  imageSize: integer(8, 'Side of the square views, in pixels.').default(32),
  augmentation: augmentation('Data augmentation').default('paper'),
};

const content: OptionFields<SheetContentOptions> = {
  ...images,
  ...drawing,
  ...readingFields,
  ...decodingFields,
};

/** Fields of `SheetOptions`. */
export const sheetFields: OptionFields<SheetOptions> = {
  views: optional(
    path(
      'Draw views of images, as training makes them: a page, FILE.html, or a picture, FILE.png.',
    ),
  ),
  ...content,
};

/** Headings of help for `sheetFields`. */
export const sheetGroups: Readonly<Record<string, object>> = {
  Views: { views: sheetFields.views, ...drawing },
  Images: images,
  'Pixels of views': { ...readingFields, ...decodingFields },
};

/** Most pixels of a sheet: as many as one image may have. */
const maxSheetPixels = 64_000_000;

/** A sheet is a file of a kind that is drawn, of a size that can be looked at; what decides it is absent without one. */
export const sheetRules: readonly OptionRule<SheetOptions>[] = [
  classRule,
  {
    option: 'views',
    expected: 'the name of a file that ends in `.html` or `.png`',
    holds: ({ views }) => views === null || sheetFormatOf(views) !== undefined,
  },
  {
    option: 'imageSize',
    expected: `so small that the cells of \`count\` images and their views have ${maxSheetPixels / 1e6} million pixels at most`,
    holds: ({ count, viewsPerImage, imageSize, augmentation: recipe }) => {
      const cells = count * (1 + allViews({ views: viewsPerImage, augmentation: recipe }));
      return cells * Math.max(cellSide, imageSize) ** 2 <= maxSheetPixels;
    },
  },
  ...onlyWithViews({ ...drawing, ...readingFields, ...decodingFields, count, seed: seedField }),
];

/** A rule for each field that says nothing without a sheet: it is as it is when it is not given. */
function onlyWithViews(
  fields: Partial<OptionFields<SheetContentOptions>>,
): readonly OptionRule<SheetOptions>[] {
  return keysOf(fields).map((option) => ({
    option,
    expected: 'absent unless `views` names a file for a sheet of views',
    holds: (options) => options.views !== null || isAbsent(options, option),
  }));
}

/** Tests whether options say which images are meant, by their split, their classes, or how they are read. */
export function choosesImages(options: Resolved<SheetOptions>): boolean {
  return keysOf(data).some((option) => !isAbsent(options, option));
}

function keysOf(
  fields: Partial<OptionFields<SheetContentOptions>>,
): readonly (keyof SheetContentOptions)[] {
  return Object.keys(fields) as (keyof SheetContentOptions)[];
}

/** Tests whether an option is as it is when it is not given. */
function isAbsent(options: Resolved<SheetOptions>, option: keyof SheetContentOptions): boolean {
  return JSON.stringify(options[option]) === JSON.stringify(content[option].parse(undefined));
}
