import { PipelineError } from '../operators/errors.ts';
import type { ColumnNames } from '../operators/column-names.ts';
import { shownLocation, withoutSecrets } from '../operators/shown-location.ts';
import type { Dataset, DatasetNote } from '../operators/types.ts';
import { datasetCaches } from './dataset-caches.ts';
import { holdOut } from './subsets/hold-out.ts';
import { limitPerClass } from './subsets/limit-per-class.ts';
import { type ClassChoice, onlyClasses } from './subsets/only-classes.ts';
import { withoutIds } from './subsets/without-ids.ts';
import { withoutSmallClasses } from './subsets/without-small-classes.ts';
import { type OpenSourceOptions, sourceOf, sourcePrefixes } from './sources.ts';
import { placeOf } from './store/place.ts';

/** Options of `openDataset`: the subset of the images to open. */
export interface OpenDatasetOptions extends ClassChoice {
  /** A folder below the root, such as `train`; `train` or `test` of a synthetic dataset. */
  readonly split?: string | undefined;
  /** Ids of images to leave out. See `withoutIds`. @default none */
  readonly exclude?: ReadonlySet<string> | undefined;
  /** Without classes of fewer images, an integer of 1 or more. @default all */
  readonly minPerClass?: number | undefined;
  /** Share of the images of each class to hold out, above 0 and below 1: the rest are opened. See `holdOut`. @default none */
  readonly holdOut?: number | undefined;
  /** The held-out images instead of the rest. @default false */
  readonly heldOut?: boolean | undefined;
  /** At most so many images of each class, an integer of 1 or more. @default all */
  readonly limit?: number | undefined;
  /** Random seed of the images that are held out, and of those that stay under `limit`. A safe integer. @default 0 */
  readonly seed?: number | undefined;
  /** Columns of tables and manifests. @default found by their usual names */
  readonly columns?: ColumnNames | undefined;
  /** Folder or URL that paths in a manifest are relative to. @default that of the manifest */
  readonly imageRoot?: string | undefined;
  /** Folder that keeps remote images and indexes. @default `sincere` in the user's cache (`$XDG_CACHE_HOME`, `~/.cache`) */
  readonly cacheDir?: string | undefined;
  /** Gigabytes of remote images that are kept there, 0 or more; 0 for none. @default 10 */
  readonly cacheGb?: number | undefined;
  /** Told what is found while images are indexed and read, such as a cache that cannot be written. @default nobody */
  readonly onNote?: ((note: DatasetNote) => void) | undefined;
  /** Aborts the listing. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens the images at a location.
 *
 * | location | is |
 * | --- | --- |
 * | `photos`, `./photos`, `/data/photos` | an image folder, one sub-folder for each class |
 * | `photos.tar`, `shards`, `shards/train-{000..999}.tar`, `shards/train-*.tar` | tar shards in the WebDataset layout, or a packed image folder |
 * | `photos-prepared` | a prepared dataset, which `prepare` wrote |
 * | `cifar-10-batches-bin`, `cifar-100-binary` | CIFAR-10 or CIFAR-100, in the binary version |
 * | `photos.csv`, `photos.jsonl`, `photos-of-paths.parquet`, `photos/metadata.csv` | a list of images: paths or URLs with classes; or a folder with `metadata.csv` beside them |
 * | `mnist`, `mnist/train-images-idx3-ubyte.gz` | MNIST, EMNIST and others in IDX files, packed or not |
 * | `photos.parquet`, `photos/data`, `train-{00000..00011}-of-00012.parquet` | Parquet or Arrow tables with image bytes, a file or a folder of them |
 * | `synthetic:shapes?classes=10&count=1000&size=32&seed=0` | drawn images of ten patterns, which need no files |
 *
 * See `openImageFolder`, `openPreparedFolder` and `openSynthetic` for what stands behind them.
 *
 * @throws {PipelineError} `ERR_DATASET` when the location is none of these, or cannot be opened.
 * @throws {RangeError} When an option is out of its range.
 * @example
 * ```ts
 * const photos = await openDataset('photos', { split: 'train', limit: 100 });
 * console.log(photos.count, photos.classes);
 * ```
 */
export async function openDataset(
  location: string,
  options: OpenDatasetOptions = {},
): Promise<Dataset> {
  const { split, columns, imageRoot, exclude, limit, seed = 0, onNote, signal } = options;
  const { cache, indexes, opened } = datasetCaches(options);
  const source = { split, columns, imageRoot, cache, indexes, onNote, signal };
  const all = await openWhole(location, source);
  // What it has is found from the first image on.
  if (all.limitsReads === true) await opened();
  const some = exclude === undefined ? all : withoutIds(all, exclude);
  const dataset = onePart(someClasses(some, options), options);
  return limit === undefined ? dataset : limitPerClass(dataset, limit, seed);
}

function someClasses(dataset: Dataset, choice: ClassChoice): Dataset {
  const { classes, excludeClasses } = choice;
  const isAll = classes === undefined && excludeClasses === undefined;
  return isAll ? dataset : onlyClasses(dataset, choice);
}

/** The classes are chosen before images are held out, so that both parts have the same ones. */
function onePart(dataset: Dataset, options: OpenDatasetOptions): Dataset {
  const { minPerClass, holdOut: share, heldOut, seed = 0 } = options;
  const large = minPerClass === undefined ? dataset : withoutSmallClasses(dataset, minPerClass);
  return share === undefined ? large : holdOut(large, { share, seed, heldOut });
}

/** Secrets of the location are in no error and no note, wherever these come from. */
async function openWhole(location: string, options: OpenSourceOptions): Promise<Dataset> {
  try {
    return told(await openSource(location, options), location);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw withoutSecretsIn(named(error, location), location);
  }
}

/** With the notes and the traffic of its store, and without secrets in any. Those of others that rows name are not told. */
function told(dataset: Dataset, location: string): Dataset {
  const store = placeOf(location)?.store;
  if (store?.isRemote !== true) return dataset;
  const ofStore = store.notes?.() ?? [];
  const shown = (note: DatasetNote): DatasetNote =>
    Object.assign({}, note, { text: withoutSecrets(note.text, location) });
  const notes = [...(dataset.notes ?? []), ...ofStore.map((text) => ({ text }))].map(shown);
  const { traffic } = store;
  return { ...dataset, name: withoutSecrets(dataset.name, location), notes, traffic };
}

/** A store's error about one object is the reason alone: here it is one about the dataset. */
function named(error: unknown, location: string): unknown {
  if (!(error instanceof Error) || error.constructor !== Error) return error;
  const shown = shownLocation(location);
  return new PipelineError('ERR_DATASET', `Could not open \`${shown}\`: ${error.message}`, {
    path: shown,
    cause: error,
  });
}

function withoutSecretsIn(error: unknown, location: string): unknown {
  if (shownLocation(location) === location || !(error instanceof Error)) return error;
  const message = withoutSecrets(error.message, location);
  // Without its cause, which may have them as well.
  if (error instanceof RangeError) return new RangeError(message);
  if (!(error instanceof PipelineError)) return new Error(message);
  const { code, sample, options, path } = error;
  const shown = path === undefined ? undefined : withoutSecrets(path, location);
  return new PipelineError(code, message, { sample, options, path: shown });
}

async function openSource(location: string, options: OpenSourceOptions): Promise<Dataset> {
  const source = await sourceOf(location, options);
  if (source !== undefined) return await source.open(location, options);
  throw new PipelineError(
    'ERR_DATASET',
    `Expected the path of a folder, or a location that starts with \`${sourcePrefixes.join('` or `')}\`, ` +
      `got \`${location}\`. For a folder of that name, write \`./${location}\``,
  );
}
