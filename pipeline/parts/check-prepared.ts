import { PipelineError } from '../../operators/errors.ts';
import { type GivenReading, imageReadings } from '../../operators/image/image-reading.ts';
import type { Dataset } from '../../operators/types.ts';
import type { TellNote } from './run-event.ts';

type Prepared = Pick<Dataset, 'name' | 'prepared'>;

/**
 * Refuses another reading of images that were prepared: what a file said beside its pixels is not there any more.
 *
 * @param reading As it is asked for; null and absent are the defaults.
 * @throws {PipelineError} `ERR_CONFIG`, naming the option.
 */
export function checkPreparedReading({ name, prepared }: Prepared, reading: GivenReading): void {
  if (prepared === undefined) return;
  for (const key of ['exif', 'icc', 'alpha'] as const) {
    const wanted = reading[key] ?? imageReadings[key][0];
    const was = prepared[key];
    if (wanted === was) continue;
    throw new PipelineError(
      'ERR_CONFIG',
      `\`${name}\` was prepared with \`${key}: ${was}\`, and \`${key}: ${wanted}\` is asked for: prepared images cannot be ` +
        `read again. Ask for \`${key}: ${was}\`, or prepare them with the other into another folder.`,
      { path: name, options: [key] },
    );
  }
}

/**
 * Notes when what is made of prepared images is not what is made of their files, bit for bit.
 *
 * @param shrinkTo Shorter side to which larger images are shrunk for it; undefined when none is.
 */
export function tellPreparedSize(
  { name, prepared }: Prepared,
  shrinkTo: number | undefined,
  note: TellNote,
): void {
  if (prepared === undefined || prepared.shrinkTo === (shrinkTo ?? null)) return;
  const { shrinkTo: was, shorterSide } = prepared;
  const isCoarser = was !== null && was < (shrinkTo ?? Infinity) && shorterSide >= was;
  if (!isCoarser && shorterSide <= (shrinkTo ?? Infinity)) return;
  const how = was === null ? 'without `shrinkTo`' : `with \`shrinkTo: ${was}\``;
  const wanted = shrinkTo === undefined ? 'without `shrinkTo`' : `with \`shrinkTo: ${shrinkTo}\``;
  const differs = isCoarser
    ? 'its images are coarser than the files are here'
    : `images above ${shrinkTo} pixels are shrunk from what is stored, not while their files are decoded, so that the last ` +
      'bits may differ';
  note(`\`${name}\` was prepared ${how}: ${differs}. For the same, prepare them ${wanted}.`, [
    'shrinkTo',
  ]);
}
