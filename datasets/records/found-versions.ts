import type { StoredObject } from '../store/object-store.ts';

/** What was found of an object. */
type Found = Pick<StoredObject, 'bytes' | 'version'>;

/** Sizes and versions of objects by their positions, as they are found. */
export interface FoundVersions {
  get(position: number): Found | undefined;
  set(position: number, found: Found): void;
}

/**
 * Nothing found yet, of some objects: 20 bytes and the text of the version for each, from the first one on, where a map takes
 * some 300.
 */
export function foundVersions(count: number): FoundVersions {
  let columns: Columns | undefined;
  let texts = Buffer.alloc(2 ** 12);
  let end = 0;
  return {
    get(position) {
      const length = columns?.length[position] ?? 0;
      if (length === 0) return undefined;
      const from = columns!.from[position]!;
      const version = texts.toString('utf8', from, from + length);
      return { bytes: columns!.bytes[position]!, version };
    },
    set(position, { bytes, version }) {
      if (version === '') throw new TypeError('Expected the version to be known');
      columns ??= columnsOf(count);
      const length = Buffer.byteLength(version);
      if (end + length > texts.length) texts = grown(texts, end + length);
      texts.write(version, end);
      columns.bytes[position] = bytes;
      columns.from[position] = end;
      columns.length[position] = length;
      end += length;
    },
  };
}

interface Columns {
  readonly bytes: Float64Array;
  /** First byte of the version among those of all. */
  readonly from: Float64Array;
  /** Bytes of the version; 0 where none is known. */
  readonly length: Uint32Array;
}

function columnsOf(count: number): Columns {
  return {
    bytes: new Float64Array(count),
    from: new Float64Array(count),
    length: new Uint32Array(count),
  };
}

function grown(texts: Buffer<ArrayBuffer>, least: number): Buffer<ArrayBuffer> {
  const larger = Buffer.alloc(Math.max(least, Math.ceil(texts.length * 1.5)));
  texts.copy(larger);
  return larger;
}
