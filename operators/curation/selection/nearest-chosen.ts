import { neighbourGroups } from '../../evaluation/neighbours/nearest-neighbours.ts';
import type { VectorSet } from '../../evaluation/vectors/vector-set.ts';
import { vectorsInMemory } from '../../evaluation/vectors/vectors-in-memory.ts';
import { gatherRows } from '../gathered-rows.ts';
import { cosineDistance } from './cosine-distance.ts';

/** What a selection knows of each row, as of the last refresh. */
export interface NearestChosen {
  /** Unit rows without classes. */
  readonly rows: VectorSet;
  /** `[count]` similarity to the nearest row chosen before the last refresh, -Infinity for none. */
  readonly similarities: Float64Array;
  /** `[count]` 1 for a row that is chosen or left out. */
  readonly taken: Uint8Array;
  /** Rows that were chosen, in order. */
  readonly positions: readonly number[];
  /** Cosine distance of each to the nearest chosen before it, NaN for none. */
  readonly distances: readonly number[];
  /** Rows that may be chosen between two refreshes. */
  readonly most: number;
  /** Passes over the rows so far. */
  readonly passes: number;
  /** Chooses a row. @param similarity To the nearest chosen before it. @param row `[dim]` float32, copied. */
  choose(position: number, similarity: number, row: Float32Array): void;
  /** Copies of some rows, in one pass: `[positions, dim]`. */
  gather(positions: Int32Array): Promise<Float32Array>;
  /** Applies the rows chosen since the last time to all rows, in one pass. */
  refresh(): Promise<void>;
  /** Applies centres that are not rows of the set. */
  start(centres: VectorSet): Promise<void>;
}

/** Options of `nearestChosen`. */
export interface NearestChosenOptions {
  readonly threads: number | undefined;
  readonly memoryMb: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Maximum numbers of the rows that may be chosen between two refreshes: 256 MB. */
const mostNumbers = 2 ** 26;

/** Maximum of those rows: comparing them with each other then costs less than a pass. */
const mostRows = 4096;

/**
 * State of a selection: exact similarities to the nearest chosen row, in float64.
 *
 * Memory: 9 bytes for each row, the rows chosen since the last refresh, and `memoryMb`.
 */
export function nearestChosen(rows: VectorSet, options: NearestChosenOptions): NearestChosen {
  const { count, dim } = rows;
  const most = Math.max(1, Math.min(mostRows, Math.floor(mostNumbers / dim)));
  const similarities = new Float64Array(count).fill(-Infinity);
  const taken = new Uint8Array(count);
  const [positions, distances]: [number[], number[]] = [[], []];
  let [since, passes]: [Float32Array[], number] = [[], 0];

  async function start(centres: VectorSet): Promise<void> {
    passes += 1;
    const nearest = { ...options, k: 1, sameAndOther: 0 };
    for await (const { first, found } of neighbourGroups(rows, centres, nearest)) {
      for (const [at, similarity] of found.nearest.similarities.entries()) {
        const row = first + at;
        if (similarity > similarities[row]!) similarities[row] = similarity;
      }
    }
  }

  return {
    rows,
    similarities,
    taken,
    positions,
    distances,
    most,
    get passes() {
      return passes;
    },
    choose(position, similarity, row) {
      taken[position] = 1;
      positions.push(position);
      distances.push(cosineDistance(similarity));
      since.push(row.slice());
    },
    async gather(wanted) {
      passes += 1;
      const out = new Float32Array(wanted.length * dim);
      await gatherRows(rows, wanted, Int32Array.from(wanted.keys()), out);
      return out;
    },
    async refresh() {
      if (since.length === 0) return;
      const centres = centresOf(since, dim);
      since = [];
      await start(centres);
    },
    start,
  };
}

function centresOf(chosen: readonly Float32Array[], dim: number): VectorSet {
  const rows = new Float32Array(chosen.length * dim);
  for (const [at, row] of chosen.entries()) rows.set(row, at * dim);
  const ids = chosen.map((_, at) => `${at}`);
  const labels = new Int32Array(ids.length).fill(-1);
  return vectorsInMemory({ name: 'chosen rows', classes: [], ids, labels, dim, rows });
}
