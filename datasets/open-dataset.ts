import { PipelineError } from '../operators/errors.ts';
import type { Dataset } from '../operators/types.ts';
import { openImageFolder } from './image-folder.ts';
import { limitPerClass } from './limit-per-class.ts';
import { type ClassChoice, onlyClasses } from './only-classes.ts';
import { openSynthetic, type OpenSyntheticOptions, type SyntheticSplit } from './synthetic.ts';

/** Which part of the images to open. */
export interface OpenDatasetOptions extends ClassChoice {
  /** A folder below the root, such as `train`; `train` or `test` of a synthetic dataset. */
  readonly split?: string | undefined;
  /** At most so many images of each class, an integer of 1 or more. @default all */
  readonly limit?: number | undefined;
  /** Decides which images stay under `limit`. A safe integer. @default 0 */
  readonly seed?: number | undefined;
  /** Ends the listing early. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens the images at a location.
 *
 * | location | is |
 * | --- | --- |
 * | `photos`, `./photos`, `/data/photos` | an image folder, see `openImageFolder` |
 * | `synthetic:shapes?classes=10&count=1000&size=32&seed=0` | drawn images, see `openSynthetic` |
 *
 * @throws {PipelineError} `ERR_DATASET` when the location is none of these, or cannot be opened.
 * @throws {RangeError} When an option is out of its range.
 */
export async function openDataset(
  location: string,
  options: OpenDatasetOptions = {},
): Promise<Dataset> {
  const { split, limit, seed = 0, signal } = options;
  const dataset = someClasses(await openWhole(location, split, signal), options);
  return limit === undefined ? dataset : limitPerClass(dataset, limit, seed);
}

function someClasses(dataset: Dataset, choice: ClassChoice): Dataset {
  const { classes, exceptClasses } = choice;
  const isAll = classes === undefined && exceptClasses === undefined;
  return isAll ? dataset : onlyClasses(dataset, choice);
}

async function openWhole(
  location: string,
  split: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Dataset> {
  // One letter before the colon is a drive of Windows.
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(location)?.[1];
  if (scheme === undefined) return await openImageFolder(location, { split, signal });
  if (scheme === 'synthetic') return openSynthetic(syntheticOptions(location, split));
  throw new PipelineError(
    'ERR_DATASET',
    `Expected the path of a folder, or a location that starts with \`synthetic:\`, got \`${location}\`. ` +
      `For a folder of that name, write \`./${location}\``,
  );
}

const numberKeys = ['classes', 'count', 'size', 'seed'] as const;

/** Reads `synthetic:shapes?key=number&…`. @throws {PipelineError} `ERR_DATASET` */
function syntheticOptions(location: string, split: string | undefined): OpenSyntheticOptions {
  const refuse = (expected: string, got: string): PipelineError =>
    new PipelineError('ERR_DATASET', `Expected ${expected} in \`${location}\`, got \`${got}\``);
  const [family, query = ''] = location.slice('synthetic:'.length).split('?', 2);
  if (family !== 'shapes') {
    throw refuse('`shapes`, as in `synthetic:shapes?count=1000`,', family ?? '');
  }
  const options: { [key in (typeof numberKeys)[number]]?: number } & { split?: SyntheticSplit } =
    {};
  const setSplit = (value: string): void => {
    if (value !== 'train' && value !== 'test') throw refuse('the split `train` or `test`', value);
    options.split = value;
  };
  for (const [key, value] of new URLSearchParams(query)) {
    const number = numberKeys.find((known) => known === key);
    if (number !== undefined) {
      if (!/^-?\d+$/.test(value)) throw refuse(`\`${key}\` to be a whole number`, value);
      options[number] = Number(value);
    } else if (key === 'split') setSplit(value);
    else throw refuse(`${numberKeys.map((known) => `\`${known}\``).join(', ')} or \`split\``, key);
  }
  if (split !== undefined) setSplit(split);
  return options;
}
