import { PipelineError } from '../../operators/errors.ts';
import { counted } from '../../operators/message-words.ts';
import type { VectorRows, VectorTable } from './vector-table.ts';

/**
 * Tables as one, a part after the other.
 *
 * @param url Location that stands for them, for messages.
 * @param parts One or more.
 * @throws {PipelineError} `ERR_FORMAT`, naming two of them, when their columns, class names or lengths of vectors differ.
 */
export function joinedTables(
  url: string,
  parts: readonly [VectorTable, ...VectorTable[]],
): VectorTable {
  const [first] = parts;
  for (const part of parts) checkAlike(first, part);
  const rows = parts.map((part) => part.rows);
  const isKnown = rows.every((count) => count !== undefined);
  const told =
    parts.length === 1
      ? `\`${first.url}\` is the one file of \`${url}\``
      : `${counted(parts.length, 'file')} of \`${url}\` are read as one, from \`${first.url}\` to \`${parts.at(-1)!.url}\``;
  return {
    ...first,
    url,
    rows: isKnown ? rows.reduce((sum, count) => sum + count, 0) : undefined,
    notes: [told, ...parts.flatMap(({ notes }) => notes ?? [])],
    batches: (vector, names, signal) => joinedRows(parts, vector, names, signal),
  };
}

async function* joinedRows(
  parts: readonly VectorTable[],
  vector: string | null,
  names: readonly string[],
  signal: AbortSignal | undefined,
): AsyncGenerator<VectorRows, void, undefined> {
  let [dim, known] = [0, ''];
  for (const part of parts) {
    for await (const batch of part.batches(vector, names, signal)) {
      const own = batch.vectors?.dim ?? 0;
      if (own > 0 && dim > 0 && own !== dim) {
        throw unlike(known, part.url, `vectors of ${dim} and of ${own} numbers`);
      }
      if (own > 0) [dim, known] = [own, part.url];
      yield batch;
    }
  }
}

function checkAlike(first: VectorTable, part: VectorTable): void {
  const columnsOf = ({ columns }: VectorTable): string =>
    JSON.stringify(columns.map(({ name, kind, type, dim }) => [name, kind, type, dim]));
  const namesOf = (table: VectorTable): string =>
    JSON.stringify(table.columns.map(({ name }) => table.classNames?.(name) ?? null));
  if (columnsOf(first) !== columnsOf(part)) throw unlike(first.url, part.url, 'other columns');
  if (namesOf(first) !== namesOf(part)) throw unlike(first.url, part.url, 'other class names');
}

function unlike(first: string, other: string, what: string): PipelineError {
  return new PipelineError(
    'ERR_FORMAT',
    `\`${first}\` and \`${other}\` have ${what}: they are no parts of one table. Open one of them`,
    { path: other },
  );
}
