import sharp from 'sharp';
import { PipelineError } from '../../operators/errors.ts';
import type { Dataset, RgbImage, Sample } from '../../operators/types.ts';
import { datasetHash } from '../records/dataset-hash.ts';
import { renderSynthetic, syntheticClasses, syntheticVersion } from './synthetic-images.ts';

/** The splits of a synthetic dataset; they share no image. */
export type SyntheticSplit = 'train' | 'test';

/** Images that are drawn when they are read. */
export interface OpenSyntheticOptions {
  /** Classes, the first of `syntheticClasses`, an integer from 1 to 10. @default 10 */
  readonly classes?: number | undefined;
  /** Images of all classes together, an integer of 1 or more; the first classes get the rest. @default 1000 */
  readonly count?: number | undefined;
  /** Side in pixels, an integer from 8 to 1024. @default 32 */
  readonly size?: number | undefined;
  /** Random seed of the images. A safe integer. @default 0 */
  readonly seed?: number | undefined;
  /** @default 'train' */
  readonly split?: SyntheticSplit | undefined;
}

/**
 * Synthetic dataset without files: ids such as `dots/00042`, bytes that are drawn and encoded at each read.
 *
 * Drawing takes well under a millisecond for small images, on the thread that reads. The hash covers the
 * settings as well as the listing. Holds nothing for an image.
 *
 * @throws {RangeError} When an option is out of its range.
 * @example
 * ```ts
 * const shapes = openSynthetic({ classes: 4, count: 100, size: 64 });
 * const png = await shapes.read(0); // the same bytes each time
 * ```
 */
export function openSynthetic(options: OpenSyntheticOptions = {}): Dataset {
  const { classes: classCount = syntheticClasses.length, count = 1000 } = options;
  const { size = 32, seed = 0, split = 'train' } = options;
  requireWithin('classes', classCount, 1, syntheticClasses.length);
  requireWithin('count', count, 1, 2 ** 31);
  requireWithin('size', size, 8, 1024);
  requireWithin('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  const classes = syntheticClasses.slice(0, classCount);
  const query = `classes=${classCount}&count=${count}&size=${size}&seed=${seed}&split=${split}`;

  /** Sorted by class: class `k` has `base` images, or one more when it is among the first `rest`. */
  const base = Math.floor(count / classCount);
  const rest = count - base * classCount;
  const place = (position: number): { label: number; index: number } => {
    requireWithin('position', position, 0, count - 1);
    const inLarger = rest * (base + 1);
    if (position < inLarger) {
      const label = Math.floor(position / (base + 1));
      return { label, index: position - label * (base + 1) };
    }
    const label = rest + Math.floor((position - inLarger) / base);
    return { label, index: position - inLarger - (label - rest) * base };
  };
  const sample = (position: number): Sample => {
    const { label, index } = place(position);
    return { id: `${classes[label]}/${syntheticName(index)}`, label };
  };
  return {
    name: `synthetic:shapes?${query}`,
    classes,
    count,
    hash: datasetHash({
      classes,
      count,
      sample,
      origin: `${syntheticVersion} ${query}`,
    }),
    sample,
    async read(position, signal) {
      const { label, index } = place(position);
      signal?.throwIfAborted();
      const image = renderSynthetic(label, syntheticIndex(split, index), { seed, imageSize: size });
      const { id } = sample(position);
      try {
        return await encodeSynthetic(image);
      } catch (error) {
        throw new PipelineError('ERR_READ', `Could not encode \`${id}\``, {
          sample: id,
          cause: error,
        });
      }
    },
  };
}

/** Index within its class of the image that is number `index` of a split: the splits count from far apart. */
export function syntheticIndex(split: SyntheticSplit, index: number): number {
  return split === 'train' ? index : index + 2 ** 40;
}

/** Name of an image within its class; sorts as the numbers do up to 100,000. */
export function syntheticName(index: number): string {
  return String(index).padStart(5, '0');
}

/** JPEG at quality 95 with full colour resolution: close to what was drawn. */
export async function encodeSynthetic({ data, width, height }: RgbImage): Promise<Uint8Array> {
  return await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    .toBuffer();
}

function requireWithin(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new RangeError(
    `Expected \`${name}\` to be an integer from ${least} to ${most}, got \`${value}\``,
  );
}
