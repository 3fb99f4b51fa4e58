import { DataType, type RecordBatch, type Vector } from 'apache-arrow';
import { PipelineError } from '../../operators/errors.ts';
import { readArrowFile } from './read-arrow-file.ts';

/** Some rows of a table as plain columns. */
export interface ColumnBlock {
  readonly rows: number;
  /** True for a column that the table has. */
  has(name: string): boolean;
  /** Texts of a column, null where there is none. @throws {PipelineError} `ERR_FORMAT` when the table has no such column. */
  text(name: string): readonly (string | null)[];
  /** Numbers of a column, NaN where there is none. @throws {PipelineError} `ERR_FORMAT` when the table has no such column. */
  number(name: string): Float64Array;
}

/**
 * Rows of an Arrow file, one record batch in memory at a time.
 *
 * @throws {PipelineError} `ERR_READ`; `ERR_FORMAT` when it is damaged.
 */
export async function* readColumnBlocks(
  file: string,
): AsyncGenerator<ColumnBlock, void, undefined> {
  for await (const batch of readArrowFile(file)) yield blockOf(file, batch);
}

function blockOf(file: string, batch: RecordBatch): ColumnBlock {
  const column = (name: string, what: string, fits: (type: DataType) => boolean): Vector => {
    const found: Vector | null = batch.getChild(name);
    if (found !== null && fits(found.type as DataType)) return found;
    throw new PipelineError('ERR_FORMAT', `\`${file}\` is damaged: it has no ${what} \`${name}\``, {
      path: file,
    });
  };
  return {
    rows: batch.numRows,
    has: (name) => batch.getChild(name) !== null,
    text: (name) =>
      Array.from(column(name, 'text', (type) => DataType.isUtf8(type)) as Iterable<string | null>),
    number: (name) => {
      const values = column(
        name,
        'numbers',
        (type) => DataType.isFloat(type) || DataType.isInt(type),
      );
      return Float64Array.from(values as Iterable<number | bigint | null>, (value) =>
        value === null ? Number.NaN : Number(value),
      );
    },
  };
}
