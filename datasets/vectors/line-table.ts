import { textChunks } from '../manifest/text-chunks.ts';
import { textLines } from '../manifest/text-lines.ts';
import type { FoundFile } from './found-file.ts';
import { formatError } from './rows-together.ts';
import type { VectorTable } from './vector-table.ts';

/** Lines that are given at once. */
const linesAtOnce = 2 ** 12;

/** A text file as a table of one column, `line`: one value in each line, none in an empty one. */
export function lineTable({ place, object, url }: FoundFile): VectorTable {
  return {
    url,
    format: 'csv',
    columns: [{ name: 'line', kind: 'text', dim: null, type: 'text', isUntyped: true }],
    rows: undefined,
    metadata: new Map(),
    async *batches(_vector, _names, signal) {
      let held: (string | null)[] = [];
      const rows = () => ({ rows: held.length, vectors: null, cells: new Map([['line', held]]) });
      try {
        const chunks = textChunks(url, place.store.stream(object, { signal }));
        for await (const { text } of textLines(url, chunks)) {
          held.push(text.trim() === '' ? null : text.trim());
          if (held.length < linesAtOnce) continue;
          yield rows();
          held = [];
        }
      } catch (error) {
        signal?.throwIfAborted();
        throw formatError(url, error, `\`${url}\``);
      }
      if (held.length > 0) yield rows();
    },
  };
}
