import { namesOf } from '../../operators/names-of.ts';
import type { ImagesOfIds } from '../thumbnails/images-of-ids.ts';
import type { ArrowSource } from './arrow-source.ts';
import type { ConversionReport, NotedConversion } from './conversion.ts';
import type { CsvVectors } from './csv-file.ts';

/** Options of all formats; each takes of them what concerns it. */
export interface FormatOptions extends NotedConversion {
  /** Layout of vectors in text. @default 'columns' */
  readonly vectors?: CsvVectors | undefined;
  /** Images of the rows, for thumbnails. Borrowed. @default none */
  readonly images?: ImagesOfIds | undefined;
}

/** A format that is made of a source of kind `S`. */
interface FormatOf<S> {
  /** One line for a list of choices. */
  readonly doc: string;
  /** Of its files, the dot included; null where it is a folder of files. */
  readonly extension: string | null;
  /** Whether it has a thumbnail for each row. @default false */
  readonly thumbnails?: boolean;
  /**
   * Writes one file or folder, which appears when it is complete.
   *
   * @param out The folder that it lies in must exist.
   * @throws {PipelineError} `ERR_FORMAT` for a column that the format cannot hold, `ERR_WRITE`; also for a folder that
   * holds files of something else.
   * @throws The reason of `signal`; nothing is left behind then.
   */
  readonly write: (out: string, source: S, options: FormatOptions) => Promise<ConversionReport>;
}

/** A format that Arrow rows can be written in. */
export interface RowsFormat extends FormatOf<ArrowSource> {
  readonly of: 'rows';
}

/** A format that the folder of a run can be written in. */
export interface RunFormat extends FormatOf<string> {
  readonly of: 'run';
}

/** A format that results can be written in. */
export type Format = RowsFormat | RunFormat;

/** Every format by name: the one place that lists them. Its code is loaded when it is written. */
export const formats = {
  /** Apache Parquet, compressed with zstd, see `writeParquet`. */
  parquet: {
    doc: 'Apache Parquet: typed columns, compressed with zstd.',
    of: 'rows',
    extension: '.parquet',
    write: async (
      out: string,
      source: ArrowSource,
      options: FormatOptions,
    ): Promise<ConversionReport> =>
      await (await import('./parquet-file.ts')).writeParquet(out, source, options),
  },
  /** Comma-separated values with a heading, see `writeCsv`. */
  csv: {
    doc: 'Comma-separated values: UTF-8, a heading, RFC 4180.',
    of: 'rows',
    extension: '.csv',
    write: async (
      out: string,
      source: ArrowSource,
      options: FormatOptions,
    ): Promise<ConversionReport> =>
      await (await import('./csv-file.ts')).writeCsv(out, source, options),
  },
  /** Archive of arrays, see `writeNpz`. */
  npz: {
    doc: 'NumPy archive: an array for each column, without pickled objects.',
    of: 'rows',
    extension: '.npz',
    write: async (
      out: string,
      source: ArrowSource,
      options: FormatOptions,
    ): Promise<ConversionReport> =>
      await (await import('./npz-file.ts')).writeNpz(out, source, options),
  },
  /** Arrays in files of their own, see `writeNpyFolder`. */
  npy: {
    doc: 'Folder of NumPy arrays, a file for each column, to be mapped into memory.',
    of: 'rows',
    extension: null,
    write: async (
      out: string,
      source: ArrowSource,
      options: FormatOptions,
    ): Promise<ConversionReport> =>
      await (await import('./npy-folder.ts')).writeNpyFolder(out, source, options),
  },
  /** Embedding projector of TensorBoard, see `writeProjector`. */
  projector: {
    doc: "Folder for TensorBoard's embedding projector: vectors, metadata, thumbnails.",
    of: 'rows',
    extension: null,
    thumbnails: true,
    write: async (
      out: string,
      source: ArrowSource,
      options: FormatOptions,
    ): Promise<ConversionReport> =>
      await (await import('./projector-folder.ts')).writeProjector(out, source, options),
  },
  /** Event files of TensorBoard, see `writeEventsFolder`. */
  tensorboard: {
    doc: 'Folder of TensorBoard events: metrics and validations of a run.',
    of: 'run',
    extension: null,
    write: async (out: string, run: string, options: FormatOptions): Promise<ConversionReport> =>
      await (await import('./events-folder.ts')).writeEventsFolder(out, run, options),
  },
} as const;

/** The formats that results can be written in. */
export type FormatName = keyof typeof formats;

/** Every format by name. */
export const formatNames: readonly [FormatName, ...FormatName[]] = namesOf(formats);

const entries: Readonly<Record<FormatName, Format>> = formats;

/** The entry of a format. */
export function formatOf(name: FormatName): Format {
  return entries[name];
}
