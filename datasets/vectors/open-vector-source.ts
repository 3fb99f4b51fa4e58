import { PipelineError } from '../../operators/errors.ts';
import { shownLocation } from '../../operators/shown-location.ts';
import { findVectorTables } from './find-vector-tables.ts';
import { findVectorFile, type FoundFile } from './found-file.ts';
import { joinedTables } from './joined-tables.ts';
import { type OpenedTable, openVectorTable } from './open-vector-table.ts';
import type { VectorTable } from './vector-table.ts';

/** What a location of vectors stands for. */
export interface VectorSource extends OpenedTable {
  /** The file; of several, the first one. */
  readonly found: FoundFile;
}

/**
 * Opens what a location stands for as a table of vectors: a file, or parts of a table in a folder, of names in braces, or of
 * a pattern with `*`.
 *
 * @throws {PipelineError} `ERR_FORMAT`, naming it.
 */
export async function openVectorSource(
  location: string,
  signal?: AbortSignal,
): Promise<VectorSource> {
  const files = await findVectorTables(location, signal);
  if (files === undefined) {
    const found = await findVectorFile(location, signal);
    return { found, ...(await openVectorTable(found, signal)) };
  }
  const tables: VectorTable[] = [];
  for (const file of files) tables.push(partOf(file, (await openVectorTable(file, signal)).table));
  const [first, ...others] = tables;
  const url = shownLocation(location);
  return { found: files[0]!, table: joinedTables(url, [first!, ...others]), inPlace: null };
}

/** A table whose columns have names, as parts must have. */
function partOf({ url }: FoundFile, table: VectorTable): VectorTable {
  if (table.format !== 'npy' && table.format !== 'npz') return table;
  const text = `\`${url}\` is an array, which is read alone. Join them by \`np.concatenate\`, with their classes and ids in a file each`;
  throw new PipelineError('ERR_FORMAT', text, { path: url });
}
