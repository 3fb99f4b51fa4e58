import type { Columns } from '../../datasets/records/column-file.ts';
import type { ImageIndex } from '../../datasets/records/image-index.ts';
import type { IndexCache } from '../../datasets/records/index-cache.ts';

/** A cache of indexes in memory that counts what was found in it and what it was given. */
export function memoryIndexes(): IndexCache & {
  readonly counts: Readonly<Record<'reads' | 'writes' | 'partReads' | 'partWrites', number>>;
} {
  const counts = { reads: 0, writes: 0, partReads: 0, partWrites: 0 };
  const indexes = new Map<string, ImageIndex>();
  const parts = new Map<string, Columns>();
  return {
    counts,
    problem: undefined,
    async read(key) {
      if (indexes.has(key)) counts.reads += 1;
      return await Promise.resolve(indexes.get(key));
    },
    async write(key, index) {
      counts.writes += 1;
      await Promise.resolve(indexes.set(key, index));
    },
    async readColumns(key) {
      if (parts.has(key)) counts.partReads += 1;
      return await Promise.resolve(parts.get(key));
    },
    async writeColumns(key, columns) {
      counts.partWrites += 1;
      await Promise.resolve(parts.set(key, columns));
    },
    readPart: async () => await Promise.resolve(undefined),
    writePart: async () => await Promise.resolve(),
  };
}
