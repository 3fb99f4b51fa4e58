import { namesOf } from '../operators/names-of.ts';
import type { Dataset, DatasetNote } from '../operators/types.ts';
import type { ImageCache } from './cache/image-cache.ts';
import type { ColumnNames } from '../operators/column-names.ts';
import type { IndexCache } from './records/index-cache.ts';
import { openImageFolder } from './folder/image-folder.ts';
import { openRemoteFolder } from './folder/remote-folder.ts';
import { schemeOf } from '../operators/location-scheme.ts';
import { isMetadataFolder, openMetadataFolder } from './manifest/metadata-folder.ts';
import { isManifestName, openManifest } from './manifest/open-manifest.ts';
import { preparedInShards } from './prepared/prepared-manifest.ts';
import { openPreparedSplit, preparedIn } from './prepared/prepared-split.ts';
import { isCifarArchive } from './raw-files/cifar-layout.ts';
import { isCifar, openCifar } from './raw-files/cifar-files.ts';
import { isIdx, openIdxFiles } from './raw-files/idx-files.ts';
import { placeName, placeOf, storePrefixes } from './store/place.ts';
import { areImageTables } from './tables/are-image-tables.ts';
import { isTableName } from './tables/table-files.ts';
import { tablePlaces } from './tables/table-location.ts';
import { openSyntheticLocation } from './synthetic/synthetic-location.ts';
import { holdsTar, isTarName } from './tar/tar-location.ts';

/** Options of a source: the split to open, and when to stop. */
export interface OpenSourceOptions {
  readonly split?: string | undefined;
  /** Cache of image bytes of remote stores and of tables. @default none */
  readonly cache?: ImageCache | undefined;
  /** Cache of indexes. @default none */
  readonly indexes?: IndexCache | undefined;
  /** Columns of tables and manifests. @default found by their usual names */
  readonly columns?: ColumnNames | undefined;
  /** Folder or URL that paths in a manifest are relative to. @default that of the manifest */
  readonly imageRoot?: string | undefined;
  /** Told what is to be known before the source is open, such as a long pass over it. @default nobody */
  readonly onNote?: ((note: DatasetNote) => void) | undefined;
  /** Aborts the listing. */
  readonly signal?: AbortSignal | undefined;
}

/** A kind of place where images come from. */
export interface Source {
  /** One line: what it is, for a list of choices. */
  readonly doc: string;
  /** Locations of it, as a person would write them. */
  readonly examples: readonly [string, ...string[]];
  /** URI scheme of its locations, the colon included; null for those in a store, which are paths or URLs (`placeOf`). */
  readonly prefix: string | null;
  /**
   * Of these: names that tell the kind without a look into the store, as those with its ending; asked first. `maybe`: of
   * this kind unless another one that the name tells holds it; asked next.
   */
  readonly named?: (location: string) => boolean | 'maybe';
  /** Of these: tests whether one is of this kind, by its name or what it holds. @default whatever is of no other */
  readonly holds?: (location: string, options: OpenSourceOptions) => Promise<boolean>;
  /**
   * @throws {PipelineError} `ERR_DATASET` when the location cannot be opened.
   * @throws {RangeError} When an option or a setting in the location is out of its range.
   */
  readonly open: (location: string, options: OpenSourceOptions) => Promise<Dataset>;
}

/** Every kind of source by name: the one place that lists them. */
export const sources = {
  /** Images on disk, see `openImageFolder`. */
  folder: {
    doc: 'an image folder, one sub-folder for each class',
    examples: ['photos', './photos', '/data/photos'],
    prefix: null,
    open: async (location: string, options: OpenSourceOptions): Promise<Dataset> =>
      await openFolder(location, options),
  },
  /** CIFAR-10 and CIFAR-100, see `openCifar`; before tar archives, as theirs are refused with the way out. */
  cifar: {
    doc: 'CIFAR-10 or CIFAR-100, in the binary version',
    examples: ['cifar-10-batches-bin', 'cifar-100-binary'],
    prefix: null,
    named: (location: string): boolean => isCifarArchive(location),
    holds: async (location: string, options: OpenSourceOptions): Promise<boolean> =>
      await isCifar(location, options),
    open: async (location: string, options: OpenSourceOptions): Promise<Dataset> =>
      await openCifar(location, options),
  },
  /** Archives of images, see `openTar`. */
  tar: {
    doc: 'tar shards in the WebDataset layout, or a packed image folder',
    examples: ['photos.tar', 'shards', 'shards/train-{000..999}.tar', 'shards/train-*.tar'],
    prefix: null,
    named: (location: string): boolean => isTarName(location),
    holds: async (location: string, { signal }: OpenSourceOptions): Promise<boolean> =>
      await holdsTar(location, signal),
    open: async (location: string, options: OpenSourceOptions): Promise<Dataset> => {
      const { openTar } = await import('./tar/open-tar.ts');
      return await openTar(location, options);
    },
  },
  /** Images that `prepare` decoded or encoded again, see `openPreparedFolder`. */
  prepared: {
    doc: 'a prepared dataset, which `prepare` wrote',
    examples: ['photos-prepared'],
    prefix: null,
    holds: async (location: string, { split }: OpenSourceOptions): Promise<boolean> =>
      (await preparedIn(location, split)) !== undefined,
    open: async (location: string, options: OpenSourceOptions): Promise<Dataset> =>
      await openPreparedSplit(location, options),
  },
  /** Files whose rows name images, see `openManifest`; a table that holds them itself is another source. */
  manifest: {
    doc: 'a list of images: paths or URLs with classes; or a folder with `metadata.csv` beside them',
    examples: ['photos.csv', 'photos.jsonl', 'photos-of-paths.parquet', 'photos/metadata.csv'],
    prefix: null,
    // A table may hold images itself, which only its columns tell.
    named: (location: string): boolean | 'maybe' =>
      /\.(?:csv|tsv|jsonl|ndjson)$/iu.test(location) || (isTableName(location) && 'maybe'),
    holds: async (location: string, options: OpenSourceOptions): Promise<boolean> =>
      isManifestName(location) || (await isMetadataFolder(location, options)),
    open: async (location: string, options: OpenSourceOptions): Promise<Dataset> =>
      isManifestName(location)
        ? await openManifest(location, options)
        : await openMetadataFolder(location, options),
  },
  /** MNIST and its kin, see `openIdxFiles`. */
  idx: {
    doc: 'MNIST, EMNIST and others in IDX files, packed or not',
    examples: ['mnist', 'mnist/train-images-idx3-ubyte.gz'],
    prefix: null,
    holds: async (location: string, options: OpenSourceOptions): Promise<boolean> =>
      await isIdx(location, options),
    open: async (location: string, options: OpenSourceOptions): Promise<Dataset> =>
      await openIdxFiles(location, options),
  },
  /** Images in Parquet and Arrow tables, as Hugging Face has them. */
  table: {
    doc: 'Parquet or Arrow tables with image bytes, a file or a folder of them',
    examples: ['photos.parquet', 'photos/data', 'train-{00000..00011}-of-00012.parquet'],
    prefix: null,
    named: (location: string): boolean => isTableName(location),
    holds: async (location: string, options: OpenSourceOptions): Promise<boolean> => {
      const places = tablePlaces(location);
      if (places === undefined || !(await areImageTables(places[0], options))) return false;
      // Shards of a prepared dataset are tables of images as well, but not of all: the image folder names the way out.
      const folder = places[0].store.file(places[0].key);
      return folder === null || (await preparedInShards(location, folder)) === undefined;
    },
    open: async (location: string, options: OpenSourceOptions): Promise<Dataset> => {
      // What reads tables is loaded by whoever has some.
      const { openTables } = await import('./tables/open-tables.ts');
      return await openTables(location, tablePlaces(location)!, options);
    },
  },
  /** Images that are drawn, see `openSynthetic`. */
  synthetic: {
    doc: 'drawn images of ten patterns, which need no files',
    examples: ['synthetic:shapes?classes=10&count=1000&size=32&seed=0'],
    prefix: 'synthetic:',
    open: async (location: string, { split }: OpenSourceOptions): Promise<Dataset> =>
      openSyntheticLocation(location, split),
  },
} as const;

async function openFolder(location: string, options: OpenSourceOptions): Promise<Dataset> {
  const place = placeOf(location);
  return place?.store.isRemote === true
    ? await openRemoteFolder(place, options)
    : await openImageFolder(location, options);
}

/** The kinds of sources that a location can name. */
export type SourceName = keyof typeof sources;

/** Every kind of source by name. */
export const sourceNames: readonly [SourceName, ...SourceName[]] = namesOf(sources);

const entries: Readonly<Record<SourceName, Source>> = sources;

/** URI schemes, the colon included, of all locations other than paths. */
export const sourcePrefixes: readonly string[] = [
  ...Object.values(entries).flatMap(({ prefix }) => prefix ?? []),
  ...storePrefixes,
];

/** The kind of source that a location is of; undefined when it begins like none. */
export async function sourceOf(
  location: string,
  options: OpenSourceOptions = {},
): Promise<Source | undefined> {
  const scheme = schemeOf(location);
  const isPlace = scheme === null || storePrefixes.includes(scheme.toLowerCase());
  const likely = Object.values(entries).filter(
    ({ prefix }) => prefix === (isPlace ? null : scheme),
  );
  // Each look into a remote store costs a request.
  const ranks: readonly unknown[] = [true, 'maybe', false];
  const rank = ({ named }: Source): number => ranks.indexOf(named?.(placeName(location)) ?? false);
  const byName = likely.toSorted((one, other) => rank(one) - rank(other));
  for (const source of byName) {
    if ((await source.holds?.(location, options)) === true) return source;
  }
  return likely.find(({ holds }) => holds === undefined);
}
