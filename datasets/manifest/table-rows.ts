import type { Place } from '../store/object-store.ts';
import { columnFeatures, type ColumnFeatures } from '../tables/class-features.ts';
import { openTable, type TableReader } from '../tables/open-table.ts';
import { tableError } from '../tables/table-error.ts';
import type { ManifestRow, ManifestRows } from './manifest-rows.ts';

/** What the schema says of columns. @throws {PipelineError} `ERR_DATASET` when that is damaged. */
function featuresOf({ url, metadata }: TableReader): ColumnFeatures {
  try {
    return columnFeatures(metadata);
  } catch (error) {
    throw tableError(url, error);
  }
}

/** Opens a Parquet or Arrow table as a manifest. @throws {PipelineError} `ERR_DATASET` when it cannot be read. */
export async function openTableRows(
  place: Place,
  signal: AbortSignal | undefined,
): Promise<ManifestRows> {
  const table = await openTable(place, { signal });
  const { classNames } = featuresOf(table);
  return {
    classNames: (column) => classNames.get(column),
    columns: table.columns.filter(({ kind }) => kind !== 'other').map(({ name }) => name),
    unit: 'row',
    areTexts: false,
    async *rows(chosen) {
      let at = 0;
      const names = [...new Set(chosen)];
      for await (const batch of table.batches(names, signal)) {
        const columns = chosen.map((name) => batch[name]!);
        const rows = columns[0]?.length ?? 0;
        for (let row = 0; row < rows; row += 1, at += 1) {
          yield { at, cells: columns.map((cells) => cells[row]) } satisfies ManifestRow;
        }
      }
    },
  };
}
