import {
  type GivenReading,
  type ImageReading,
  imageReadings,
  statedReading,
} from '../../operators/image/image-reading.ts';
import type { Preprocessing } from '../../operators/image/preprocessing.ts';

/** Preprocessing with the reading that options ask for, which goes before that of the model. */
export function chosenReading(
  preprocessing: Preprocessing,
  { exif, icc, alpha }: GivenReading,
): { readonly preprocessing: Preprocessing; readonly notes: readonly string[] } {
  const given = { exif, icc, alpha };
  const { exif: _exif, icc: _icc, alpha: _alpha, ...rest } = preprocessing;
  const reading: GivenReading = {
    exif: exif ?? preprocessing.exif,
    icc: icc ?? preprocessing.icc,
    alpha: alpha ?? preprocessing.alpha,
  };
  const names = Object.keys(imageReadings) as (keyof ImageReading)[];
  const notes = names.flatMap((name) => {
    const ofModel = preprocessing[name] ?? imageReadings[name][0];
    const chosen = given[name] ?? ofModel;
    return chosen === ofModel
      ? []
      : [`Reads images with \`${name}: ${chosen}\` as told; the model says \`${ofModel}\`.`];
  });
  return { preprocessing: { ...rest, ...statedReading(reading) }, notes };
}
