import { setImmediate as nextTurn } from 'node:timers/promises';
import { seededRandom } from '../random.ts';
import type { EmbeddingCurve } from './embedding-curve.ts';
import { forces } from './force-table.ts';
import type { FuzzyGraph } from './fuzzy-graph.ts';

/** Points drawn at random for each edge that is drawn, which push. */
const negatives = 5;

/** Largest move of a coordinate in one step, before the learning rate. */
const longestStep = 4;

/** How a layout is optimised. */
export interface SampledLayoutOptions {
  readonly seed: number;
  readonly epochs: number;
  readonly curve: EmbeddingCurve;
  readonly signal?: AbortSignal | undefined;
  readonly onEpoch?: ((done: number) => void) | undefined;
}

/**
 * Stochastic gradient descent of a layout on the cross entropy of its graph, by drawn edges and negative samples.
 *
 * An edge of weight w is drawn every `max w / w` epochs; its ends pull at each other, and five points drawn by seed push the
 * tail away. The learning rate falls from 1 to 0 in a straight line. On one thread, in the order of the edges: a function of
 * its inputs. After each epoch other work gets its turn.
 *
 * @param positions `[count, 2]` float64 start. Changed in place.
 * @throws The reason of `signal`.
 * @see McInnes, Healy and Melville, arXiv:1802.03426, algorithm 5.
 */
export async function sampledLayout(
  graph: FuzzyGraph,
  positions: Float64Array,
  { seed, epochs, curve, signal, onEpoch }: SampledLayoutOptions,
): Promise<void> {
  const { attraction, repulsion } = forces(curve);
  const edges = drawnEdges(graph, epochs);
  const negativeEvery = edges.every.map((every) => every / negatives);
  const next = edges.every.slice();
  const nextNegative = negativeEvery.slice();
  const random = drawer(seed, graph.count);

  const drawEdge = (edge: number, epoch: number, rate: number): void => {
    const tail = 2 * edges.tails[edge]!;
    const head = 2 * edges.heads[edge]!;
    let x = positions[tail]!;
    let y = positions[tail + 1]!;
    const [dx, dy] = [x - positions[head]!, y - positions[head + 1]!];
    const squared = dx * dx + dy * dy;
    if (squared > 0) {
      const pull = attraction(squared);
      const [moveX, moveY] = [rate * clipped(pull * dx), rate * clipped(pull * dy)];
      x += moveX;
      y += moveY;
      positions[head]! -= moveX;
      positions[head + 1]! -= moveY;
    }
    const drawn = Math.floor((epoch - nextNegative[edge]!) / negativeEvery[edge]!);
    for (let at = 0; at < drawn; at += 1) {
      const other = 2 * random();
      if (other === tail) continue;
      const [ex, ey] = [x - positions[other]!, y - positions[other + 1]!];
      const apart = ex * ex + ey * ey;
      // Points of one place have no direction to be pushed in.
      if (!(apart > 0)) continue;
      const push = repulsion(apart);
      x += rate * clipped(push * ex);
      y += rate * clipped(push * ey);
    }
    positions[tail] = x;
    positions[tail + 1] = y;
    next[edge]! += edges.every[edge]!;
    nextNegative[edge]! += drawn * negativeEvery[edge]!;
  };

  for (let epoch = 0; epoch < epochs; epoch += 1) {
    const rate = 1 - epoch / epochs;
    for (let edge = 0; edge < next.length; edge += 1) {
      if (next[edge]! <= epoch) drawEdge(edge, epoch, rate);
    }
    onEpoch?.(epoch + 1);
    await nextTurn();
    signal?.throwIfAborted();
  }
}

interface DrawnEdges {
  readonly tails: Int32Array;
  readonly heads: Int32Array;
  /** Epochs from one drawing of an edge to the next, 1 or more. */
  readonly every: Float64Array;
}

/** The edges that are drawn at least once. */
function drawnEdges({ count, starts, heads, weights }: FuzzyGraph, epochs: number): DrawnEdges {
  let largest = 0;
  for (const weight of weights) largest = Math.max(largest, weight);
  const least = largest / epochs;
  let edges = 0;
  for (const weight of weights) if (weight >= least) edges += 1;
  const drawn = {
    tails: new Int32Array(edges),
    heads: new Int32Array(edges),
    every: new Float64Array(edges),
  };
  let to = 0;
  for (let tail = 0; tail < count; tail += 1) {
    for (let at = starts[tail]!; at < starts[tail + 1]!; at += 1) {
      if (!(weights[at]! >= least)) continue;
      drawn.tails[to] = tail;
      drawn.heads[to] = heads[at]!;
      drawn.every[to] = largest / weights[at]!;
      to += 1;
    }
  }
  return drawn;
}

function clipped(value: number): number {
  if (value > longestStep) return longestStep;
  return value < -longestStep ? -longestStep : value;
}

/**
 * Draws points by seed: xorshift32 (Marsaglia, Xorshift RNGs, 2003), scaled to the count. Its bias is below `count / 2³²`,
 * which a layout does not show, and it takes a fraction of the time of `seededRandom`.
 */
function drawer(seed: number, count: number): () => number {
  let state = seededRandom('layout', seed).uint32() | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return Math.floor(((state >>> 0) / 2 ** 32) * count);
  };
}
