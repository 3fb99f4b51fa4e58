/** Consecutive rows that are anchors together, in sorted order. */
export interface TileBlock {
  /** First row, and how many. */
  readonly from: number;
  readonly count: number;
  /** First row of the class of the first of them: where the same-class columns begin. */
  readonly sameClassFrom: number;
}

/** Partition of a sorted set into blocks. */
export interface TilePlan {
  /** Rows of a tile; a block may have fewer. */
  readonly rows: number;
  /** Same-class columns of a tile: enough for every block. */
  readonly sameClass: number;
  readonly blocks: readonly TileBlock[];
}

/** Pairs that a tile may hold: 64 MB for each float32 matrix of them. */
const mostPairs = 1 << 24;

/**
 * The same without a gradient: 4 MB. No gradients of all rows are read and written for each tile then, so that small
 * ones cost no more time (5,000 and 16,384 rows of 128, on two cores).
 */
const mostPairsForward = 1 << 20;

/** Candidate numbers of anchors of a tile. More make better use of the processor, fewer fit classes more closely. */
const candidates = [32, 64, 128, 256, 512];

/** Sizes are rounded up to these, so that batches that differ a little share a program. */
const rowStep = 16;
const sameClassStep = 64;

/**
 * Tiling of a set: cuts rows that are sorted by class into blocks of anchors, so that the same-class columns of a
 * block are few: only there are masks needed. Takes the number of rows for which the whole is estimated to be
 * fastest.
 *
 * @param classSizes Rows of each class, in the order of the rows; none is 0.
 * @param size Length of a row.
 * @param options.gradient Whether each block reads and writes the gradients of all rows.
 * @throws {RangeError} When there are no rows.
 */
export function tilePlan(
  classSizes: readonly number[],
  size: number,
  { gradient }: { readonly gradient: boolean },
): TilePlan {
  const total = classSizes.reduce((sum, size) => sum + size, 0);
  if (total === 0) throw new RangeError('Expected at least one row');
  const most = Math.max(
    candidates[0]!,
    Math.min((gradient ? mostPairs : mostPairsForward) / total, 2 * total),
  );
  const plans = candidates
    .filter((rows) => rows <= most)
    .map((rows) => cut(classSizes, total, rows));
  const cost = (plan: TilePlan): number => estimatedCost(plan, total, size);
  return plans.reduce((best, plan) => (cost(plan) < cost(best) ? plan : best));
}

/** Blocks of at most `most` anchors: several whole classes, or equal parts of one. */
function cut(classSizes: readonly number[], total: number, most: number): TilePlan {
  const blocks: TileBlock[] = [];
  let sameClass = 0;
  let start = 0;
  let open: { from: number; end: number } | undefined;
  const close = (): void => {
    if (open === undefined) return;
    blocks.push({ from: open.from, count: open.end - open.from, sameClassFrom: open.from });
    sameClass = Math.max(sameClass, open.end - open.from);
    open = undefined;
  };
  for (const size of classSizes) {
    const end = start + size;
    if (open !== undefined && end - open.from > most) close();
    if (size > most) {
      // The same-class columns of each of its blocks are the whole class.
      const rows = Math.ceil(size / Math.ceil(size / most));
      for (let from = start; from < end; from += rows) {
        blocks.push({ from, count: Math.min(rows, end - from), sameClassFrom: start });
      }
      sameClass = Math.max(sameClass, size);
    } else {
      open = { from: open?.from ?? start, end };
    }
    start = end;
  }
  close();
  const rows = Math.max(...blocks.map(({ count }) => count));
  return {
    rows: Math.ceil(rows / rowStep) * rowStep,
    sameClass: Math.min(total, Math.ceil(sameClass / sameClassStep) * sameClassStep),
    blocks,
  };
}

/**
 * Cost model of a plan, in pairs: those of one class are masked and pass through a dozen more operations; every run
 * of a program reads and writes the gradients of all rows, and costs something by itself. The factors were measured
 * on two cores with rows of 128.
 */
function estimatedCost({ rows, sameClass, blocks }: TilePlan, total: number, size: number): number {
  const pairs = rows * (total + 5 * sameClass);
  return blocks.length * (pairs + 2.3 * total * size + 60_000);
}
