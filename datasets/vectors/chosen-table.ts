import { withColumnsBeside } from './beside-columns.ts';
import { findBeside } from './beside-files.ts';
import {
  chooseVectorColumns,
  type ChosenVectorColumns,
  type WantedColumns,
} from './choose-vector-columns.ts';
import type { VectorSource } from './open-vector-source.ts';
import type { VectorTable } from './vector-table.ts';

/** A table, with what lies in files beside it, and its columns by what they hold. */
export interface ChosenTable {
  readonly table: VectorTable;
  readonly chosen: ChosenVectorColumns;
}

/**
 * Chooses the columns of a table of vectors; those of an array are in files beside it.
 *
 * @throws {PipelineError} `ERR_FORMAT` when they are not plain, or a file that was named is not there.
 */
export async function chosenTable(
  { found, table }: VectorSource,
  wanted: WantedColumns,
  signal?: AbortSignal,
): Promise<ChosenTable> {
  const told = table.notes ?? [];
  if (table.format !== 'npy') {
    const chosen = chooseVectorColumns(table, wanted);
    return { table, chosen: { ...chosen, notes: [...told, ...chosen.notes] } };
  }
  const beside = await findBeside(found, table, wanted, signal);
  const joined = withColumnsBeside(table, beside.columns);
  const chosen = chooseVectorColumns(joined, beside.wanted);
  return {
    table: joined,
    chosen: { ...chosen, notes: [...told, ...beside.notes, ...chosen.notes] },
  };
}
