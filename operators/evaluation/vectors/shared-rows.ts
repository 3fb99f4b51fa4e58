import { PipelineError } from '../../errors.ts';
import { lengthOfRow } from './row-length.ts';
import type { VectorSet } from './vector-set.ts';
import { checkedBlocks } from './checked-blocks.ts';
import { sharedFloat32, sharedInt32 } from '../../threads/shared-memory.ts';

/** Some rows of a set in shared memory. */
export interface RowChunk {
  /** Number of the first row among those that are kept. */
  readonly first: number;
  readonly count: number;
  /** `[count, dim]` float32, and perhaps more behind them. */
  readonly rows: Float32Array;
  /** `[count]` int32 label of each row, and perhaps more behind them. */
  readonly labels: Int32Array;
}

/** Rows that are read, and the memory for them. */
export interface SharedRowsOptions {
  /** `[set.count]` int32 label of each row. */
  readonly labels: Int32Array;
  /** Leave out rows without a label. @default false */
  readonly labelledOnly?: boolean | undefined;
  /** L2-normalise the rows. @default false */
  readonly unit?: boolean | undefined;
  /** Bytes of rows held at once. */
  readonly memoryBytes: number;
  /** Rows of a chunk are a multiple of this, except those of the last. */
  readonly multiple: number;
}

/** Rows in shared memory, as often as they are needed. */
export interface SharedRows {
  /** Rows that are kept. */
  readonly count: number;
  /** All of them in order. A chunk is borrowed until the next one is asked for. One pass at a time. */
  chunks(): AsyncIterable<RowChunk>;
}

/** Bytes of a chunk: enough to keep threads busy, few enough for an abort to be heard soon. */
const chunkBytes = 2 ** 25;

/**
 * Rows of a set in chunks for threads to work on.
 *
 * When they fit into `memoryBytes` they are read once and kept; otherwise every pass reads them again into two
 * chunks in turn, one being filled while the other is worked on.
 *
 * @throws {PipelineError} `ERR_FORMAT` from a pass, when a row is not finite or has no direction to be scaled to,
 * naming the image, or when the set does not yield the rows that it claims.
 */
export function sharedRows(set: VectorSet, options: SharedRowsOptions): SharedRows {
  const { labels, labelledOnly = false, unit = false, memoryBytes, multiple } = options;
  const { dim } = set;
  const count = labelledOnly ? labels.reduce((sum, l) => sum + (l < 0 ? 0 : 1), 0) : set.count;
  const rowBytes = dim * Float32Array.BYTES_PER_ELEMENT;
  const fits = count * rowBytes <= memoryBytes;
  const wanted = Math.min(chunkBytes, fits ? Infinity : memoryBytes / 2) / rowBytes;
  const most = Math.max(1, Math.floor(wanted / multiple)) * multiple;
  let held: readonly RowChunk[] | undefined;
  let pair: readonly [Room, Room] | undefined;

  /** One pass over the set; `roomFor` gives a place for so many rows. */
  async function* read(roomFor: (rows: number) => Room): AsyncGenerator<RowChunk> {
    let first = 0;
    let size = Math.min(most, count);
    let filled = 0;
    let room = roomFor(size);
    for await (const block of checkedBlocks(set)) {
      for (let from = 0, at = block.first; from < block.rows.length; from += dim, at += 1) {
        const label = labels[at]!;
        if (labelledOnly && label < 0) continue;
        const row = block.rows.subarray(from, from + dim);
        room.labels[filled] = label;
        if (unit) copyUnitRow(row, room.rows, filled * dim, set, at);
        else room.rows.set(row, filled * dim);
        filled += 1;
        if (filled < size) continue;
        yield { first, count: filled, ...room };
        first += filled;
        filled = 0;
        size = Math.min(most, count - first);
        if (size > 0) room = roomFor(size);
      }
    }
  }

  async function* keep(): AsyncGenerator<RowChunk> {
    const chunks: RowChunk[] = [];
    for await (const chunk of read((rows) => roomForRows(rows, dim))) {
      chunks.push(chunk);
      yield chunk;
    }
    held = chunks;
  }

  async function* kept(chunks: readonly RowChunk[]): AsyncGenerator<RowChunk> {
    yield* chunks;
  }

  return {
    count,
    chunks() {
      if (held !== undefined) return kept(held);
      if (fits) return oneAhead(keep());
      const both = (pair ??= [roomForRows(most, dim), roomForRows(most, dim)]);
      let turn = 0;
      return oneAhead(read(() => both[turn++ % 2]!));
    },
  };
}

type Room = Pick<RowChunk, 'rows' | 'labels'>;

function roomForRows(rows: number, dim: number): Room {
  return { rows: sharedFloat32(rows * dim), labels: sharedInt32(rows) };
}

/** Prefetch of one: the same values, each asked for while the one before it is in use. */
export async function* oneAhead<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = source.next();
  try {
    for (;;) {
      const { value, done } = await next;
      if (done === true) return;
      next = source.next();
      // It is awaited when it is needed; until then an error of the reader of `value` goes first.
      next.catch(() => {});
      yield value;
    }
  } finally {
    await source.return(undefined);
  }
}

function copyUnitRow(
  row: Float32Array,
  to: Float32Array,
  start: number,
  set: VectorSet,
  position: number,
): void {
  const length = lengthOfRow(row);
  if (length === 0) {
    const id = set.id(position);
    throw new PipelineError(
      'ERR_FORMAT',
      `Expected the vector of \`${id}\` in \`${set.name}\` to have a length above 0, got \`0\``,
      { sample: id },
    );
  }
  for (let d = 0; d < row.length; d += 1) to[start + d] = row[d]! / length;
}
