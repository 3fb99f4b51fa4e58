import { shownNames } from '../../operators/message-words.ts';
import { openIdTable } from './id-table.ts';
import type { TellNote } from './run-event.ts';

/** Column of `drop.arrow` with the set that an id is of: others may have the same ids. */
const setColumn = 'set';

/**
 * Ids of images to leave out, in a table at `FILE?id=COLUMN`, such as `drop.arrow`; rows without one are passed over. Whose
 * ids they are is told where the table says it.
 *
 * Memory: the ids.
 *
 * @throws {PipelineError} `ERR_FORMAT` when the table cannot be read, or has no ids.
 */
export async function listedIds(
  location: string,
  signal: AbortSignal,
  note: TellNote,
): Promise<ReadonlySet<string>> {
  const { table, id } = await openIdTable(location, { option: 'exclude' }, signal);
  const saysSets = table.columns.some(({ name, kind }) => name === setColumn && kind === 'text');
  const columns = saysSets && id !== setColumn ? [id, setColumn] : [id];
  const ids = new Set<string>();
  const sets = new Set<string>();
  for await (const { cells } of table.batches(null, columns, signal)) {
    for (const cell of cells.get(id)!) if (cell !== null) ids.add(String(cell));
    for (const cell of cells.get(setColumn) ?? []) if (cell !== null) sets.add(String(cell));
  }
  if (sets.size > 0) note(`\`exclude\` lists ids of ${shownNames([...sets])}`, ['exclude']);
  return ids;
}
