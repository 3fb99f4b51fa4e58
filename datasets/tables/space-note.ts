import type { DatasetNote } from '../../operators/types.ts';
import type { ImageCache } from '../cache/image-cache.ts';
import type { ColumnNames } from '../../operators/column-names.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { chooseColumns } from './choose-columns.ts';
import { heldBytes } from './group-reader.ts';
import { openTableFile } from './open-table.ts';
import type { FoundTables } from './table-files.ts';

/**
 * What should be told where the images of tables are decoded again and again: in random order, each batch needs other groups
 * of rows than those that are held. Undefined where they fit, or are read where they lie.
 */
export async function spaceNote(
  name: string,
  store: ObjectStore,
  { tables }: FoundTables,
  options: {
    readonly cache?: ImageCache | undefined;
    readonly columns?: ColumnNames | undefined;
  },
): Promise<DatasetNote | undefined> {
  // The first tells of all: one of a thousand is opened, not a thousand.
  const [first] = tables;
  const file = await openTableFile(store, first!.object);
  const { image } = chooseColumns(store.url(first!.object.key), file, options.columns);
  let decoded = 0;
  for (const group of file.groups.keys()) decoded += file.size(group, image).decoded;
  const all = tables.reduce((sum, { object }) => sum + object.bytes, 0);
  const needed = Math.round((all / first!.object.bytes) * decoded);
  const isLocalAndPlain = !store.isRemote && file.isPlain?.(image) === true;
  if (isLocalAndPlain || needed <= Math.max(heldBytes, options.cache?.maxBytes ?? 0)) {
    return undefined;
  }
  const gigabytes = Math.ceil((needed * 1.1) / 1e8) / 10;
  return {
    text:
      `The images of \`${name}\` take about ${gigabytes} GB once they are decoded, more than is kept: in random order its ` +
      `groups of rows are decoded again and again. Give \`cacheGb: ${gigabytes}\`, prepare the images, or store them in tar shards`,
    options: ['cacheGb'],
  };
}
