import type { Work } from '../../threads/work-pool.ts';
import { addTileOuter, evenWidth, tileRows } from '../../evaluation/vectors/tile-products.ts';
import { drawSides, openSideDraws, type SideDraws } from './side-draws.ts';

/** Rows that are relabelled among themselves. */
export interface MeanGroup {
  readonly rows: number;
  /** Of them, those of NEW. */
  readonly newRows: number;
  /** `[relabellings, 2]` of this thread. */
  readonly keys: Uint32Array;
}

/** Some rows of one side. */
export interface MeanChunk {
  /** `[count, dim]` float32, in shared memory. */
  readonly rows: Float32Array;
  readonly count: number;
  /** `[count]` number of the group of each row besides group 0, which has all; -1 for none. */
  readonly groups: Int32Array;
  readonly side: 'old' | 'new';
}

/** Request to a thread: first to open the sums, then to add rows, OLD before NEW, and the result. */
export type MeanRequest =
  | { readonly open: { readonly groups: readonly MeanGroup[]; readonly dim: number } }
  | { readonly chunk: MeanChunk }
  | 'result';

/** `[groups, 1 + relabellings]` squared distance of the two means, as they are and relabelled; or word that a request is done. */
export type MeanReply = Float64Array | 'done';

/** Distances of means under many relabellings, in one pass over the rows: weighted sums, in float64. */
export function meanSumsWork(): Work<MeanRequest, MeanReply> {
  let groups: readonly GroupSums[] = [];
  let dim = 0;
  return (request) => {
    if (request === 'result') return joined(groups.map((group) => squaredShifts(group, dim)));
    if ('open' in request) {
      ({ dim } = request.open);
      groups = request.open.groups.map((group) => openSums(group, dim));
    } else addChunk(groups, request.chunk, dim);
    return 'done';
  };
}

/** Sums of a group. Column 0 takes the rows of NEW, column 1 all, the others those that a relabelling gives to NEW. */
interface GroupSums extends Omit<MeanGroup, 'keys'> {
  readonly draws: SideDraws;
  readonly width: number;
  /** `[width, dim]`. */
  readonly sums: Float64Array;
  seen: number;
}

/** Columns before those of the relabellings. */
const fixed = 2;

function openSums({ rows, newRows, keys }: MeanGroup, dim: number): GroupSums {
  const width = evenWidth(fixed + keys.length / 2);
  const draws = openSideDraws(keys, rows, newRows);
  return { rows, newRows, draws, width, sums: new Float64Array(width * dim), seen: 0 };
}

function addChunk(groups: readonly GroupSums[], chunk: MeanChunk, dim: number): void {
  const members: number[][] = groups.map(() => []);
  for (let row = 0; row < chunk.count; row += 1) {
    members[0]!.push(row);
    const group = chunk.groups[row]!;
    if (group >= 0) members[group]!.push(row);
  }
  for (const [at, rows] of members.entries()) addRows(groups[at]!, chunk, rows, dim);
}

function addRows(
  group: GroupSums,
  { rows, side }: MeanChunk,
  members: readonly number[],
  dim: number,
): void {
  const { draws, width, sums } = group;
  const shares = new Float64Array(tileRows * width);
  const starts = new Int32Array(tileRows);
  for (let from = 0; from < members.length; from += tileRows) {
    const count = Math.min(tileRows, members.length - from);
    for (let at = 0; at < count; at += 1) {
      starts[at] = members[from + at]! * dim;
      shares[at * width] = side === 'new' ? 1 : 0;
      shares[at * width + 1] = 1;
      drawSides(draws, group.seen++, shares, at * width + fixed);
    }
    addTileOuter({ rows, starts, count, dim }, shares, width, sums);
  }
}

/** `‖Σ_new x / n − Σ_old x / m‖²` of column 0 and of each relabelling. */
function squaredShifts({ rows, newRows, draws, sums }: GroupSums, dim: number): Float64Array {
  const columns = draws.lacking.length + 1;
  return Float64Array.from({ length: columns }, (_, at) => {
    const start = (at === 0 ? 0 : at + 1) * dim;
    let square = 0;
    for (let d = 0; d < dim; d += 1) {
      const ofNew = sums[start + d]!;
      square += (ofNew / newRows - (sums[dim + d]! - ofNew) / (rows - newRows)) ** 2;
    }
    return square;
  });
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
