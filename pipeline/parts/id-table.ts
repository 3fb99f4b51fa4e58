import { chooseVectorColumns } from '../../datasets/vectors/choose-vector-columns.ts';
import { openVectorSource } from '../../datasets/vectors/open-vector-source.ts';
import { vectorLocation } from '../../datasets/vectors/vector-location.ts';
import type { VectorTable } from '../../datasets/vectors/vector-table.ts';
import { PipelineError } from '../../operators/errors.ts';

/** A table with ids of images. */
export interface IdTable {
  readonly table: VectorTable;
  /** Column of the ids. */
  readonly id: string;
}

/**
 * Opens a table with ids at `FILE?id=COLUMN`, of any format that files of vectors have; vectors in it are not read.
 *
 * @param asked Option that named it, and a column that it must have beside the ids.
 * @throws {PipelineError} `ERR_FORMAT` when the table cannot be read, has no ids or no such column.
 */
export async function openIdTable(
  location: string,
  asked: { readonly option: string; readonly by?: string | undefined },
  signal: AbortSignal,
): Promise<IdTable> {
  const { file, columns } = vectorLocation(location);
  const { table } = await openVectorSource(file, signal);
  return { table, id: idColumn(table, columns.id, asked) };
}

function idColumn(
  { url, format, columns }: VectorTable,
  wanted: string | undefined,
  { option, by }: { readonly option: string; readonly by?: string | undefined },
): string {
  // Ids are chosen as beside vectors, of which this table needs none.
  const vector = { name: '\0', kind: 'vector', dim: 1, type: '' } as const;
  const beside = { url, format, columns: [...columns, vector] };
  const { id } = chooseVectorColumns(beside, { id: wanted, label: '', vector: vector.name, by });
  if (id !== null) return id;
  throw new PipelineError(
    'ERR_FORMAT',
    `\`${url}\` has no column that is plainly of ids. Name it: \`${url}?id=COLUMN\``,
    { path: url, options: [option] },
  );
}
