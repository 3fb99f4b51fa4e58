import { PipelineError } from '../../operators/errors.ts';
import { shownNames } from '../../operators/message-words.ts';
import { groupWords, reasonOf } from '../tables/table-error.ts';
import type { Cell, TableFile } from '../tables/table-file.ts';
import { type VectorLength, vectorLength, type VectorPage } from '../tables/vector-page.ts';
import type { VectorCells, VectorRows } from './vector-table.ts';

/** What is read of a table. */
export interface RowsReading {
  readonly file: TableFile;
  /** Location of the table, for messages. */
  readonly url: string;
  readonly vector: string | null;
  /** Other columns. */
  readonly names: readonly string[];
  readonly signal: AbortSignal | undefined;
}

/** Rows, and cells of them, that are given at once where no vectors say how many. */
const [rowsAtOnce, cellsAtOnce] = [2 ** 14, 2 ** 20];

/** Rows of a table in order: as many at a time as its vectors come together, with the cells of other columns. */
export async function* rowsTogether(
  reading: RowsReading,
): AsyncGenerator<VectorRows, void, undefined> {
  const { file, url, vector, names } = reading;
  const places = names.map((name) => columnOf(file, url, name));
  const place = vector === null ? null : columnOf(file, url, vector);
  const shape = place === null ? undefined : file.columns[place]!.vector;
  const length = vectorLength(shape?.dim ?? null);
  for (const [group, rows] of file.groups.entries()) {
    const cells = places.map((column) => cellReader(reading, group, column));
    const pages = place === null ? null : vectorPages(reading, { group, column: place, length });
    try {
      yield* groupRows(rows, names, cells, pages);
    } finally {
      await pages?.return?.();
      for (const one of cells) await one.close();
    }
    length.first += rows;
  }
}

async function* groupRows(
  rows: number,
  names: readonly string[],
  readers: readonly CellReader[],
  pages: AsyncGenerator<VectorPage, void, undefined> | null,
): AsyncGenerator<VectorRows, void, undefined> {
  for (let row = 0; row < rows;) {
    const page = (await pages?.next())?.value ?? null;
    if (pages !== null && page === null) return;
    const fewer = Math.max(1, Math.floor(cellsAtOnce / Math.max(1, names.length)));
    const most = page?.rows ?? Math.min(rowsAtOnce, fewer, rows - row);
    const cells = new Map<string, readonly Cell[]>();
    for (const [at, reader] of readers.entries()) cells.set(names[at]!, await reader.take(most));
    const vectors = page === null ? null : vectorCells(page);
    yield { rows: most, vectors, cells };
    row += most;
  }
}

function vectorCells({ dim, values, missing }: VectorPage): VectorCells {
  return { dim, values, missing };
}

function columnOf({ columns }: TableFile, url: string, name: string): number {
  const column = columns.findIndex((one) => one.name === name);
  if (column >= 0) return column;
  const all = shownNames(columns.map((one) => one.name));
  throw new PipelineError('ERR_FORMAT', `\`${url}\` has no column \`${name}\`: it has ${all}`, {
    path: url,
  });
}

interface GroupColumn {
  readonly group: number;
  readonly column: number;
  readonly length: VectorLength;
}

/** Vectors of a group, whose errors name table and column. */
async function* vectorPages(
  { file, url, signal }: RowsReading,
  { group, column, length }: GroupColumn,
): AsyncGenerator<VectorPage, void, undefined> {
  try {
    yield* file.vectors(group, column, length, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw columnError(file, url, group, column, error);
  }
}

/** Cells of a column of a group, as many at a time as are wanted. */
interface CellReader {
  /** @throws {PipelineError} `ERR_FORMAT`, naming table and column, when there are not so many. */
  take(count: number): Promise<readonly Cell[]>;
  close(): Promise<void>;
}

function cellReader({ file, url, signal }: RowsReading, group: number, column: number): CellReader {
  const pages = file.pages(group, column, signal)[Symbol.asyncIterator]();
  let held: readonly Cell[] = [];
  let at = 0;
  const more = async (): Promise<void> => {
    const next = await pages.next().catch((error: unknown) => {
      signal?.throwIfAborted();
      throw columnError(file, url, group, column, error);
    });
    if (next.done === true) {
      throw columnError(file, url, group, column, new Error('a column ends too early'));
    }
    held = next.value.cells;
    at = 0;
  };
  return {
    async take(count) {
      const cells: Cell[] = [];
      while (cells.length < count) {
        if (at === held.length) await more();
        const taken = Math.min(count - cells.length, held.length - at);
        for (let one = 0; one < taken; one += 1) cells.push(held[at++]!);
      }
      return cells;
    },
    async close() {
      await pages.return?.();
    },
  };
}

function columnError(
  file: TableFile,
  url: string,
  group: number,
  column: number,
  error: unknown,
): PipelineError {
  const { name } = file.columns[column]!;
  const part = `${groupWords[file.format]} ${group}`;
  return formatError(url, error, `column \`${name}\` of ${part} of \`${url}\``);
}

/** An error about a table of vectors; what is about its store stays as it is. */
export function formatError(url: string, error: unknown, what: string): PipelineError {
  if (error instanceof PipelineError) return error;
  return new PipelineError('ERR_FORMAT', `Could not read ${what}: ${reasonOf(error)}`, {
    path: url,
    cause: error,
  });
}
