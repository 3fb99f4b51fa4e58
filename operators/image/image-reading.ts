import { eitherOf } from '../message-words.ts';

/**
 * Reading of what a file says beside its pixels. A model does best on images read as those that it was trained
 * with, and other tools differ: Pillow's `convert('RGB')` is `exif: 'ignore'`, `icc: 'ignore'`, `alpha: 'drop'`.
 *
 * Plain JSON. Absent fields are the defaults, so what was written before there was a choice still holds.
 */
export interface ImageReading {
  /** EXIF orientation: `apply` turns the image upright, `ignore` leaves it as stored. @default 'apply' */
  readonly exif?: 'apply' | 'ignore' | undefined;
  /** Colour profile: `apply` converts to sRGB, `ignore` takes the values as they are. @default 'apply' */
  readonly icc?: 'apply' | 'ignore' | undefined;
  /** Transparency: laid on `white`, or `drop` the alpha channel. @default 'white' */
  readonly alpha?: 'white' | 'drop' | undefined;
}

/** Values of each field, the default first. */
export const imageReadings: {
  readonly exif: readonly ['apply', 'ignore'];
  readonly icc: readonly ['apply', 'ignore'];
  readonly alpha: readonly ['white', 'drop'];
} = { exif: ['apply', 'ignore'], icc: ['apply', 'ignore'], alpha: ['white', 'drop'] };

/** A value, or null for none, of each field. */
export type GivenReading = { readonly [K in keyof ImageReading]?: ImageReading[K] | null };

/** The fields that differ from the defaults. */
export function statedReading({ exif, icc, alpha }: GivenReading): ImageReading {
  return {
    ...(exif === 'ignore' ? { exif } : {}),
    ...(icc === 'ignore' ? { icc } : {}),
    ...(alpha === 'drop' ? { alpha } : {}),
  };
}

/** @throws {RangeError} Naming the first field that is not one of its values. */
export function checkReading(reading: ImageReading): void {
  for (const [name, values] of Object.entries(imageReadings)) {
    const value = reading[name as keyof ImageReading];
    if (value === undefined || values.some((one) => one === value)) continue;
    throw new RangeError(
      `Expected \`${name}\` to be ${eitherOf(values.map((one) => `\`${one}\``))}, got \`${value}\``,
    );
  }
}
