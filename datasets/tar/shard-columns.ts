import { stringsIn } from '../../operators/packed-strings.ts';
import type { Columns } from '../records/column-file.ts';
import { jsonBytes, jsonOf, numbersOf } from '../records/typed-columns.ts';
import { classKinds } from './class-members.ts';
import type { ShardIndex } from './shard-index.ts';

/** The index of a shard as columns of bytes, which are borrowed from it. */
export function shardColumns(shard: ShardIndex): Columns {
  const { names, from, bytes, crc32, further, superseded, said, lists, folders, findings } = shard;
  const arrays = {
    text: names.text,
    starts: names.starts,
    from,
    bytes,
    crc32,
    further,
    superseded,
    ...said,
  };
  return new Map([
    ['about', jsonBytes({ lists, folders, findings } satisfies About)],
    ...Object.entries(arrays).map(
      ([name, { buffer, byteOffset, byteLength }]) =>
        [name, new Uint8Array(buffer, byteOffset, byteLength)] as const,
    ),
  ]);
}

type About = Pick<ShardIndex, 'lists' | 'folders' | 'findings'>;

/** The index that columns hold; undefined when they do not belong together. */
export function shardOf(columns: Columns): ShardIndex | undefined {
  try {
    const shard = {
      ...(jsonOf(columns, 'about') as About),
      names: stringsIn(
        numbersOf(columns, 'text', Uint8Array),
        numbersOf(columns, 'starts', Float64Array),
      ),
      from: numbersOf(columns, 'from', Float64Array),
      bytes: numbersOf(columns, 'bytes', Float64Array),
      crc32: numbersOf(columns, 'crc32', Uint32Array),
      further: numbersOf(columns, 'further', Uint32Array),
      superseded: numbersOf(columns, 'superseded', Uint32Array),
      said: Object.fromEntries(
        classKinds
          .filter((kind) => columns.has(kind))
          .map((kind) => [kind, numbersOf(columns, kind, Int32Array)]),
      ),
    };
    return isWhole(shard) ? shard : undefined;
  } catch {
    // Of another form: as good as none.
    return undefined;
  }
}

function isWhole({ names, from, bytes, crc32, said, lists }: ShardIndex): boolean {
  const rows = [from, bytes, crc32, ...Object.values(said)];
  const isCode = (code: number): boolean => code >= -2 && code < lists.length;
  return (
    rows.every(({ length }) => length === names.length) &&
    Object.values(said).every((codes) => codes.every(isCode))
  );
}
