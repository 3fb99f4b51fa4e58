import { type ImageReading, imageReadings } from '../../operators/image/image-reading.ts';
import { choice, optional } from './option-fields.ts';
import type { OptionFields } from './verb.ts';

/** Reading of EXIF, colour profiles and transparency, for images to train on. */
export interface ReadingOptions {
  /** EXIF orientation: turn images upright, or leave them as stored. @default 'apply' */
  readonly exif?: 'apply' | 'ignore' | undefined;
  /** Embedded colour profiles: convert to sRGB, or take the values as they are. @default 'apply' */
  readonly icc?: 'apply' | 'ignore' | undefined;
  /** Transparency: lay images on white, or drop the alpha channel. @default 'white' */
  readonly alpha?: 'white' | 'drop' | undefined;
}

/** Reading of images for a model that says itself how its images are read. */
export interface ModelReadingOptions {
  /** EXIF orientation: turn images upright, or leave them as stored; as the model says when not given. */
  readonly exif?: ImageReading['exif'] | null;
  /** Embedded colour profiles: convert to sRGB, or ignore them; as the model says when not given. */
  readonly icc?: ImageReading['icc'] | null;
  /** Transparency: on white, or without the alpha channel; as the model says when not given. */
  readonly alpha?: ImageReading['alpha'] | null;
}

/** Fields of `ReadingOptions`. */
export const readingFields: OptionFields<ReadingOptions> = {
  exif: choice(
    imageReadings.exif,
    'EXIF orientation: turn images upright, or leave them as stored.',
  ).default('apply'),
  icc: choice(
    imageReadings.icc,
    'Embedded colour profiles: convert to sRGB, or take the values as they are.',
  ).default('apply'),
  alpha: choice(
    imageReadings.alpha,
    'Transparency: lay images on white, or drop the alpha channel.',
  ).default('white'),
};

/** Fields of `ModelReadingOptions`. */
export const modelReadingFields: OptionFields<ModelReadingOptions> = {
  exif: optional(
    choice(
      imageReadings.exif,
      'EXIF orientation: turn images upright, or leave them as stored; as the model says when not given.',
    ),
  ),
  icc: optional(
    choice(
      imageReadings.icc,
      'Embedded colour profiles: convert to sRGB, or ignore them; as the model says when not given.',
    ),
  ),
  alpha: optional(
    choice(
      imageReadings.alpha,
      'Transparency: on white, or without the alpha channel; as the model says when not given.',
    ),
  ),
};
