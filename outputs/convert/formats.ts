import { namesOf } from '../../operators/names-of.ts';
import type { ArrowSource } from './arrow-source.ts';
import type { ConversionOptions, ConversionReport } from './conversion.ts';
import type { CsvVectors } from './csv-file.ts';

/** Options of all formats; each takes of them what concerns it. */
export interface FormatOptions extends ConversionOptions {
  /** Layout of vectors in text. @default 'columns' */
  readonly vectors?: CsvVectors | undefined;
}

/** A format that Arrow rows can be written in. */
export interface Format {
  /** One line for a list of choices. */
  readonly doc: string;
  /** Of its files, the dot included. */
  readonly extension: string;
  /**
   * Writes one file, which appears when it is complete.
   *
   * @param file Its folder must exist.
   * @throws {PipelineError} `ERR_FORMAT` for a column that the format cannot hold, `ERR_WRITE`.
   * @throws The reason of `signal`; nothing is left behind then.
   */
  readonly write: (
    file: string,
    source: ArrowSource,
    options: FormatOptions,
  ) => Promise<ConversionReport>;
}

/** Every format by name: the one place that lists them. Its code is loaded when it is written. */
export const formats = {
  /** Apache Parquet, compressed with zstd, see `writeParquet`. */
  parquet: {
    doc: 'Apache Parquet: typed columns, compressed with zstd.',
    extension: '.parquet',
    write: async (
      file: string,
      source: ArrowSource,
      options: FormatOptions,
    ): Promise<ConversionReport> =>
      await (await import('./parquet-file.ts')).writeParquet(file, source, options),
  },
  /** Comma-separated values with a heading, see `writeCsv`. */
  csv: {
    doc: 'Comma-separated values: UTF-8, a heading, RFC 4180.',
    extension: '.csv',
    write: async (
      file: string,
      source: ArrowSource,
      options: FormatOptions,
    ): Promise<ConversionReport> =>
      await (await import('./csv-file.ts')).writeCsv(file, source, options),
  },
} as const;

/** The formats that Arrow rows can be written in. */
export type FormatName = keyof typeof formats;

/** Every format by name. */
export const formatNames: readonly [FormatName, ...FormatName[]] = namesOf(formats);

const entries: Readonly<Record<FormatName, Format>> = formats;

/** The entry of a format. */
export function formatOf(name: FormatName): Format {
  return entries[name];
}
