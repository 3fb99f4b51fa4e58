import type { Neighbours } from '../evaluation/neighbours/matches.ts';
import { atLeastOne } from '../out-of-range.ts';
import { seededRandom } from '../random.ts';
import { embeddingCurve } from './embedding-curve.ts';
import { fuzzyGraph } from './fuzzy-graph.ts';
import { sampledLayout } from './sampled-layout.ts';

/** Half the width of the start of a layout. */
const startSize = 10;

/** Standard deviation of what is added to the start, so that points of one place can part. */
const startNoise = 1e-4;

/** Options of a layout. */
export interface UmapLayoutOptions {
  /** Random seed: the same seed gives the same layout, number for number. */
  readonly seed: number;
  /** `[count, 2]` where the points start, in any unit: such as their `principalPlane`. Borrowed. */
  readonly start: Float32Array;
  /** Distance within which points of the layout count as together, 0 to 3. @default 0.1 */
  readonly minDist?: number | undefined;
  /** Passes over the edges. @default 500 for up to 10,000 points, 200 for more */
  readonly epochs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Progress callback after each epoch. */
  readonly onEpoch?: ((done: number, epochs: number) => void) | undefined;
}

/** Neighbours of each point, without itself, that layouts are made of by default: with the point itself 15. */
export const layoutNeighbours = 14;

/**
 * UMAP of a set to two dimensions, from its exact nearest neighbours.
 *
 * The steps of the paper, with the defaults of its authors' program: smooth distances, fuzzy union, edges drawn with
 * five negative samples each. The start is the one that is given, scaled to ±10: from the principal plane the coarse
 * order of the map is that of the data (Kobak and Linderman, Nature Biotechnology 39, 2021), and it takes no eigenvectors of
 * the graph. Deterministic and single-threaded. Memory: some 50 bytes for each point and neighbour.
 *
 * Our own because what is on npm does not serve: `umap-js` (last released in 2024) needs lists of lists and takes several
 * times as long, `embedding-atlas` does not export its module.
 *
 * @param neighbours Of every row of a set among all others: `nearestNeighbours(set, set, { k: layoutNeighbours, leaveOneOut: true })`.
 * @returns `[count, 2]` float32.
 * @throws {RangeError} When an option is out of its range, or `start` is not of the size of the set.
 * @throws The reason of `signal`.
 * @see McInnes, Healy and Melville, UMAP, arXiv:1802.03426.
 * @example
 * ```ts
 * const { positions: start } = await principalPlane(set);
 * const neighbours = await nearestNeighbours(set, set, { k: layoutNeighbours, sameAndOther: 0, leaveOneOut: true });
 * const positions = await umapLayout(neighbours, { seed: 0, start });
 * ```
 */
export async function umapLayout(
  { count, nearest }: Pick<Neighbours, 'count' | 'nearest'>,
  { seed, start, minDist = 0.1, epochs: given, signal, onEpoch }: UmapLayoutOptions,
): Promise<Float32Array> {
  const epochs = given ?? (count <= 10_000 ? 500 : 200);
  atLeastOne('epochs', epochs);
  if (start.length !== 2 * count) {
    throw new RangeError(
      `Expected \`start\` to hold two numbers for each of ${count} points, got \`${start.length}\``,
    );
  }
  const curve = embeddingCurve(minDist);
  const graph = fuzzyGraph(nearest, count);
  const positions = scaledStart(start, seed);
  await sampledLayout(graph, positions, {
    seed,
    epochs,
    curve,
    signal,
    onEpoch: (done) => onEpoch?.(done, epochs),
  });
  return Float32Array.from(positions);
}

/** Coordinates within ±10, and a little noise. */
function scaledStart(start: Float32Array, seed: number): Float64Array {
  let largest = 0;
  for (const value of start) largest = Math.max(largest, Math.abs(value));
  const scale = largest > 0 ? startSize / largest : 0;
  const random = seededRandom('layout start', seed);
  return Float64Array.from(start, (value) => value * scale + startNoise * random.normal());
}
