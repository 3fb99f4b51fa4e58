/** Vectors with their classes, row by row. */
export interface LabelledRows {
  /** `[count, dim]` float32, each row of length 1. Borrowed. */
  readonly rows: Float32Array;
  /** `[count]` int32 class of each row, -1 when unknown. Borrowed. */
  readonly labels: Int32Array;
}

/** What is looked for. */
export interface NeighbourQuery extends LabelledRows {
  /** Length of a row, 1 or more. */
  readonly dim: number;
  /** Neighbours kept for each query, 1 or more. */
  readonly k: number;
  /**
   * Set when the queries are themselves the support rows from this position on: then none is its own
   * neighbour.
   */
  readonly selfAt?: number | undefined;
}

/** One support row for each query. */
export interface BestMatches {
  /** `[queries]` position in the support, -1 when there is none. */
  readonly positions: Int32Array;
  /** `[queries]` dot products, NaN when there is none. */
  readonly similarities: Float64Array;
  /** `[queries]` class of the match, -1 when there is none. */
  readonly labels: Int32Array;
}

/** What was found. All three parts have queries in the order in which they were given. */
export interface Neighbours {
  /** How many queries. */
  readonly count: number;
  /** How many neighbours each. */
  readonly k: number;
  /** The k nearest, `[queries, k]`, nearest first; of whatever class, known or not. */
  readonly nearest: BestMatches;
  /** The nearest of the query's class. None when the query's class is unknown. */
  readonly same: BestMatches;
  /** The nearest of another known class. None when the query's class is unknown. */
  readonly other: BestMatches;
}

/** A search that is fed the support block by block. */
export interface NeighbourSearch {
  /** Takes the next support rows; positions count on from the block before. */
  add(block: LabelledRows): void;
  /** What was found so far. Ends the search. */
  result(): Neighbours;
}

/** Rows of a tile: 4 × 4 sums are about what fits into the registers of a core. */
const tile = 4;

/** Support is packed in pieces of this many numbers (256 KiB), to stay in the second-level cache. */
const pieceNumbers = 32_768;

/**
 * Exact nearest neighbours by dot product, on the calling thread.
 *
 * Sums are in float64 and in the order of the dimensions, whatever the tile or block a pair falls into:
 * a result is a function of the rows alone. Of equal similarities the lowest position comes first.
 *
 * Memory: the queries twice as large as given (as float64), one piece of the support, and the results.
 *
 * @throws {RangeError} When sizes disagree, or a number is not finite.
 */
export function neighbourSearch(query: NeighbourQuery): NeighbourSearch {
  const { dim, k, selfAt } = query;
  checkSize('k', k);
  const count = checkRows('query', query, dim);
  const { labels } = query;
  const queries = packed(query.rows, dim, 0, count);
  const nearest = emptyMatches(count * k);
  const same = emptyMatches(count);
  const other = emptyMatches(count);
  const pieceRows = Math.max(tile, Math.floor(pieceNumbers / dim / tile) * tile);
  const products = new Float64Array(tile * tile);
  let seen = 0;

  const compare = (query: number, position: number, similarity: number, label: number): void => {
    const last = query * k + k - 1;
    if (similarity > nearest.similarities[last]!) {
      insert(nearest, query * k, last, position, similarity, label);
    }
    const own = labels[query]!;
    if (own < 0 || label < 0) return;
    const best = own === label ? same : other;
    if (similarity > best.similarities[query]!) {
      insert(best, query, query, position, similarity, label);
    }
  };

  const comparePiece = (piece: Float64Array, start: number, rows: number, block: Int32Array) => {
    for (let q = 0; q < count; q += tile) {
      const rowsOfTile = Math.min(tile, count - q);
      for (let s = 0; s < rows; s += tile) {
        multiplyTile(queries, q * dim, piece, s * dim, dim, products);
        const columns = Math.min(tile, rows - s);
        for (let row = 0; row < rowsOfTile; row += 1) {
          for (let column = 0; column < columns; column += 1) {
            const position = seen + start + s + column;
            if (selfAt !== undefined && position === selfAt + q + row) continue;
            const label = block[start + s + column]!;
            compare(q + row, position, products[row * tile + column]!, label);
          }
        }
      }
    }
  };

  return {
    add(block) {
      const rows = checkRows('support', block, dim);
      for (let start = 0; start < rows; start += pieceRows) {
        const end = Math.min(rows, start + pieceRows);
        comparePiece(packed(block.rows, dim, start, end), start, end - start, block.labels);
      }
      seen += rows;
    },
    result() {
      for (const { positions, similarities } of [nearest, same, other]) {
        for (let at = 0; at < positions.length; at += 1) {
          if (positions[at] === -1) similarities[at] = Number.NaN;
        }
      }
      return { count, k, nearest, same, other };
    },
  };
}

/** Rows `start` to `end` as float64 in groups of four, number by number: `[groups, dim, 4]`, padded by 0. */
function packed(rows: Float32Array, dim: number, start: number, end: number): Float64Array {
  const groups = Math.ceil((end - start) / tile);
  const result = new Float64Array(groups * tile * dim);
  for (let row = start; row < end; row += 1) {
    const at = row - start;
    let to = (at - (at % tile)) * dim + (at % tile);
    for (let from = row * dim; from < (row + 1) * dim; from += 1, to += tile) {
      result[to] = rows[from]!;
    }
  }
  return result;
}

/** The 16 dot products of four packed rows with four others, into `out`. */
function multiplyTile(
  a: Float64Array,
  aStart: number,
  b: Float64Array,
  bStart: number,
  dim: number,
  out: Float64Array,
): void {
  let [a00, a01, a02, a03] = [0, 0, 0, 0];
  let [a10, a11, a12, a13] = [0, 0, 0, 0];
  let [a20, a21, a22, a23] = [0, 0, 0, 0];
  let [a30, a31, a32, a33] = [0, 0, 0, 0];
  const end = aStart + tile * dim;
  for (let i = aStart, j = bStart; i < end; i += 4, j += 4) {
    const b0 = b[j]!;
    const b1 = b[j + 1]!;
    const b2 = b[j + 2]!;
    const b3 = b[j + 3]!;
    let x = a[i]!;
    a00 += x * b0;
    a01 += x * b1;
    a02 += x * b2;
    a03 += x * b3;
    x = a[i + 1]!;
    a10 += x * b0;
    a11 += x * b1;
    a12 += x * b2;
    a13 += x * b3;
    x = a[i + 2]!;
    a20 += x * b0;
    a21 += x * b1;
    a22 += x * b2;
    a23 += x * b3;
    x = a[i + 3]!;
    a30 += x * b0;
    a31 += x * b1;
    a32 += x * b2;
    a33 += x * b3;
  }
  out[0] = a00;
  out[1] = a01;
  out[2] = a02;
  out[3] = a03;
  out[4] = a10;
  out[5] = a11;
  out[6] = a12;
  out[7] = a13;
  out[8] = a20;
  out[9] = a21;
  out[10] = a22;
  out[11] = a23;
  out[12] = a30;
  out[13] = a31;
  out[14] = a32;
  out[15] = a33;
}

/** Puts a match in its place among `first` to `last`, after those as similar; the one in `last` drops out. */
function insert(
  { positions, similarities, labels }: BestMatches,
  first: number,
  last: number,
  position: number,
  similarity: number,
  label: number,
): void {
  let at = last;
  for (; at > first && similarities[at - 1]! < similarity; at -= 1) {
    positions[at] = positions[at - 1]!;
    similarities[at] = similarities[at - 1]!;
    labels[at] = labels[at - 1]!;
  }
  positions[at] = position;
  similarities[at] = similarity;
  labels[at] = label;
}

function emptyMatches(length: number): BestMatches {
  return {
    positions: new Int32Array(length).fill(-1),
    similarities: new Float64Array(length).fill(Number.NEGATIVE_INFINITY),
    labels: new Int32Array(length).fill(-1),
  };
}

function checkSize(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new RangeError(`Expected \`${name}\` to be an integer of at least 1, got \`${value}\``);
  }
}

/**
 * How many rows there are. A number that is not finite would compare as neither more nor less.
 *
 * @throws {RangeError} When sizes disagree, or a number is not finite.
 */
export function checkRows(name: string, { rows, labels }: LabelledRows, dim: number): number {
  checkSize('dim', dim);
  if (rows.length !== labels.length * dim) {
    throw new RangeError(
      `Expected ${name} \`rows\` to hold ${labels.length} × ${dim} numbers, got \`${rows.length}\``,
    );
  }
  const bad = rows.findIndex((value) => !Number.isFinite(value));
  if (bad !== -1) {
    throw new RangeError(
      `Expected ${name} \`rows\` to be finite, got \`${rows[bad]}\` in row ${Math.floor(bad / dim)}`,
    );
  }
  return labels.length;
}
