import type { Neighbours } from '../../operators/evaluation/neighbours/matches.ts';
import type { VectorsInMemory } from '../../operators/evaluation/vectors/vectors-in-memory.ts';
import { seededRandom } from '../../operators/random.ts';
import { unitRows } from './unit-rows.ts';

interface Match {
  readonly position: number;
  readonly similarity: number;
  readonly label: number;
}

/** The sum in float64, in the order of the dimensions. */
const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, at) => sum + value * b[at]!, 0);

const rowOf = ({ rows, dim }: VectorsInMemory, position: number): Float32Array =>
  rows.subarray(position * dim, (position + 1) * dim);

/** The same as `nearestNeighbours`: every pair, sorted. The sort is stable, so that the lowest position comes first. */
export function plainNeighbours(
  queries: VectorsInMemory,
  support: VectorsInMemory,
  {
    k,
    sameAndOther = 1,
    leaveOneOut = false,
  }: { k: number; sameAndOther?: number; leaveOneOut?: boolean },
): Neighbours {
  const places: { [name in 'nearest' | 'same' | 'other']: (Match | undefined)[] } = {
    nearest: [],
    same: [],
    other: [],
  };
  for (const [query, own] of queries.labels.entries()) {
    const row = rowOf(queries, query);
    const ranked = Array.from(support.labels, (label, position): Match => {
      return { position, similarity: dot(row, rowOf(support, position)), label };
    })
      .filter(({ position }) => !(leaveOneOut && position === query))
      .sort((a, b) => b.similarity - a.similarity);
    const known = ranked.filter(({ label }) => own >= 0 && label >= 0);
    const same = known.filter(({ label }) => label === own);
    const other = known.filter(({ label }) => label !== own);
    places.nearest.push(...Array.from({ length: k }, (_, at) => ranked[at]));
    places.same.push(...Array.from({ length: sameAndOther }, (_, at) => same[at]));
    places.other.push(...Array.from({ length: sameAndOther }, (_, at) => other[at]));
  }
  const columns = (matches: readonly (Match | undefined)[]) => ({
    positions: Int32Array.from(matches, (match) => match?.position ?? -1),
    similarities: Float64Array.from(matches, (match) => match?.similarity ?? Number.NaN),
    labels: Int32Array.from(matches, (match) => match?.label ?? -1),
  });
  return {
    count: queries.labels.length,
    k,
    sameAndOther,
    nearest: columns(places.nearest),
    same: columns(places.same),
    other: columns(places.other),
  };
}

const classes = ['a', 'b', 'c', 'd', 'e'];

/** A set over these rows. */
export function vectorsOf(
  name: string,
  dim: number,
  rows: Float32Array,
  labels: Int32Array,
): VectorsInMemory {
  return {
    name,
    classes,
    ids: Array.from(labels.keys(), (at) => `${name}${at}`),
    labels,
    dim,
    rows,
  };
}

/** Rows in random directions, of five classes and of none. */
export function randomVectors(name: string, count: number, dim: number): VectorsInMemory {
  const random = seededRandom('labels', name, count);
  const labels = Int32Array.from({ length: count }, () => random.below(classes.length + 1) - 1);
  return vectorsOf(name, dim, unitRows(count, dim, name), labels);
}
