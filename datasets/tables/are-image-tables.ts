import { PipelineError } from '../../operators/errors.ts';
import type { ColumnNames } from '../../operators/column-names.ts';
import type { Place } from '../store/object-store.ts';
import { tableBelow } from './looks-like-tables.ts';
import { isTableName } from './table-files.ts';

/** Options of `areImageTables`. */
export interface AreImageTablesOptions {
  readonly columns?: ColumnNames | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Tests whether a location names tables with image bytes, or is a folder that holds them and no images. A table is opened
 * only where there is one.
 *
 * @throws {PipelineError} `ERR_DATASET` when a table is damaged, or its store cannot be reached.
 */
export async function areImageTables(
  place: Place,
  { columns, signal }: AreImageTablesOptions = {},
): Promise<boolean> {
  const { store, key } = place;
  const table = isTableName(key) ? key : await tableIn(place, signal);
  const object = table === undefined ? undefined : await store.find(table, signal);
  if (object === undefined) return false;
  const [{ openTableFile }, { holdsImageBytes }] = await Promise.all([
    import('./open-table.ts'),
    import('./choose-columns.ts'),
  ]);
  return holdsImageBytes(await openTableFile(store, object), columns);
}

/** A table below a folder; a store that lists nothing has no folders. */
async function tableIn(place: Place, signal: AbortSignal | undefined): Promise<string | undefined> {
  try {
    return await tableBelow(place, signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof PipelineError) return undefined;
    throw error;
  }
}
