import { seededRandom } from '../../random.ts';
import { evenWidth } from '../vectors/tile-products.ts';

/** Initial centres of some restarts. All arrays are in shared memory. */
export interface SeedRequest {
  readonly task: 'seed';
  /** `[count, dim]` float32 rows to choose from, at least one. */
  readonly rows: Float32Array;
  readonly count: number;
  readonly size: { readonly k: number; readonly dim: number };
  readonly seed: number;
  /** Restarts of this thread. */
  readonly restarts: readonly number[];
  /** `[all restarts, width, dim]` */
  readonly centres: Float64Array;
}

/**
 * k-means++ initialisation: each centre is a row drawn with a probability in proportion to its squared distance from
 * the centres before it. A function of the rows, `seed` and the number of the restart.
 *
 * @see Arthur and Vassilvitskii, k-means++: the advantages of careful seeding, 2007.
 */
export function seedCentres({ rows, count, size, seed, restarts, centres }: SeedRequest): void {
  const { k, dim } = size;
  const stride = evenWidth(k) * dim;
  const distances = new Float64Array(count);
  for (const restart of restarts) {
    const random = seededRandom('k-means', seed, restart);
    distances.fill(Infinity);
    let chosen = random.below(count);
    for (let c = 0; c < k; c += 1) {
      const centre = rows.subarray(chosen * dim, (chosen + 1) * dim);
      centres.set(centre, restart * stride + c * dim);
      let total = 0;
      for (let row = 0; row < count; row += 1) {
        const distance = Math.min(distances[row]!, squaredDistance(rows, row * dim, centre));
        distances[row] = distance;
        total += distance;
      }
      // Fewer different rows than centres: any row, as every one has a centre already.
      chosen = total > 0 ? drawn(distances, random.uniform() * total) : random.below(count);
    }
  }
}

/** The first place where the sum so far is above `share`. Never one of weight 0. */
function drawn(weights: Float64Array, share: number): number {
  let sum = 0;
  let last = 0;
  for (let at = 0; at < weights.length; at += 1) {
    if (weights[at] === 0) continue;
    sum += weights[at]!;
    last = at;
    if (sum > share) break;
  }
  return last;
}

function squaredDistance(rows: Float32Array, start: number, centre: Float32Array): number {
  let sum = 0;
  for (let d = 0; d < centre.length; d += 1) {
    const difference = rows[start + d]! - centre[d]!;
    sum += difference * difference;
  }
  return sum;
}
