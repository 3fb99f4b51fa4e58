import { PipelineError } from '../../operators/errors.ts';
import { counted, shownName } from '../../operators/message-words.ts';
import type { Cell } from '../tables/table-file.ts';
import type { VectorColumn, VectorRows, VectorTable } from './vector-table.ts';

/** A column of another file, whose rows stand beside those of the vectors. */
export interface BesideColumn {
  /** Name in the joined table. */
  readonly name: string;
  readonly table: VectorTable;
  /** Its column in its own table. */
  readonly column: VectorColumn;
}

/** A table of vectors with columns of files beside it, row by row. */
export function withColumnsBeside(base: VectorTable, beside: readonly BesideColumn[]): VectorTable {
  if (beside.length === 0) return base;
  const own = (name: string): BesideColumn | undefined => beside.find((one) => one.name === name);
  return {
    ...base,
    columns: [
      ...base.columns,
      ...beside.map(({ name, column }) => ({ ...column, name, rows: base.rows })),
    ],
    classNames(name) {
      const found = own(name);
      if (found === undefined) return base.classNames?.(name);
      return found.table.classNames?.(found.column.name);
    },
    async *batches(vector, names, signal) {
      const readers = names.flatMap((name) => {
        const found = own(name);
        return found === undefined ? [] : [cellsBeside(base.url, found, signal)];
      });
      try {
        const others = names.filter((name) => own(name) === undefined);
        let row = 0;
        for await (const rows of base.batches(vector, others, signal)) {
          yield await joined(rows, readers, row);
          row += rows.rows;
        }
        for (const reader of readers) await reader.requireEnd(row);
      } finally {
        for (const reader of readers) await reader.close();
      }
    },
  };
}

async function joined(
  rows: VectorRows,
  readers: readonly CellsBeside[],
  row: number,
): Promise<VectorRows> {
  const cells = new Map(rows.cells);
  for (const reader of readers) cells.set(reader.name, await reader.take(rows.rows, row));
  return { ...rows, cells };
}

interface CellsBeside {
  readonly name: string;
  /** @param row Where these rows begin. */
  take(count: number, row: number): Promise<readonly Cell[]>;
  /** @throws {PipelineError} `ERR_FORMAT` when there are more rows than those. */
  requireEnd(rows: number): Promise<void>;
  close(): Promise<void>;
}

function cellsBeside(
  url: string,
  { name, table, column }: BesideColumn,
  signal: AbortSignal | undefined,
): CellsBeside {
  const all = table.batches(null, [column.name], signal)[Symbol.asyncIterator]();
  let held: readonly Cell[] = [];
  const more = async (): Promise<boolean> => {
    const next = await all.next();
    if (next.done === true) return false;
    held = next.value.cells.get(column.name)!;
    return true;
  };
  const other = (text: string): PipelineError =>
    new PipelineError(
      'ERR_FORMAT',
      `\`${table.url}\` ${text} \`${url}\`, to whose rows its own belong. Name another file, or none`,
      { path: table.url },
    );
  return {
    name,
    async take(count, row) {
      const cells: Cell[] = [];
      while (cells.length < count) {
        if (held.length === 0 && !(await more())) {
          throw other(
            `has ${counted(row + cells.length, 'row')} in ${shownName(column.name)}, fewer than`,
          );
        }
        const taken = held.slice(0, count - cells.length);
        for (const cell of taken) cells.push(cell);
        held = held.slice(taken.length);
      }
      return cells;
    },
    async requireEnd(rows) {
      while (held.length === 0) if (!(await more())) return;
      throw other(`has more than ${counted(rows, 'row')} in ${shownName(column.name)}, those of`);
    },
    async close() {
      await all.return?.();
    },
  };
}
