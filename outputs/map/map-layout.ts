import type { Neighbours } from '../../operators/evaluation/neighbours/matches.ts';
import { nearestNeighbours } from '../../operators/evaluation/neighbours/nearest-neighbours.ts';
import type { VectorSet } from '../../operators/evaluation/vectors/vector-set.ts';
import { principalPlane } from '../../operators/layout/principal-plane.ts';
import { layoutNeighbours, umapLayout } from '../../operators/layout/umap-layout.ts';

/** Every projection of a map by name. */
export const mapKinds = {
  pca: 'Principal component analysis: the plane of greatest variance.',
  umap: 'UMAP from exact nearest neighbours, by seed.',
} as const;

/** Projection of a map. */
export type MapKind = keyof typeof mapKinds;

/** How a map is laid out. */
export interface MapLayoutOptions {
  readonly kind: MapKind;
  readonly seed: number;
  /** Neighbours that are kept of each point. */
  readonly neighbours: number;
  readonly signal?: AbortSignal | undefined;
  /** Progress: the stage, and what of it is done. */
  readonly onProgress?: ((stage: string, done: number, total: number) => void) | undefined;
}

/** A set on a plane. */
export interface MapLayout {
  /** `[count, 2]` float32. */
  readonly positions: Float32Array;
  /** Shares of the variance that the axes hold, of `pca`. */
  readonly explained: readonly [number, number] | null;
  /** The nearest of each point among all others. */
  readonly neighbours: Neighbours;
}

/** Lays unit vectors out on a plane, with the exact nearest neighbours of each. */
export async function mapLayout(
  set: VectorSet,
  { kind, seed, neighbours: kept, signal, onProgress }: MapLayoutOptions,
): Promise<MapLayout> {
  const { positions: start, explained } = await principalPlane(set);
  signal?.throwIfAborted();
  const k = kind === 'umap' ? Math.max(kept, layoutNeighbours) : kept;
  const neighbours = await nearestNeighbours(set, set, {
    k,
    sameAndOther: 0,
    leaveOneOut: true,
    signal,
    onProgress: (done) => onProgress?.('neighbours', done, set.count),
  });
  if (kind === 'pca') return { positions: start, explained, neighbours };
  const onEpoch = (done: number, total: number): void => onProgress?.('layout', done, total);
  const positions = await umapLayout(
    { count: set.count, nearest: firstPlaces(neighbours, Math.min(k, layoutNeighbours)) },
    { seed, start, signal, onEpoch },
  );
  return { positions, explained: null, neighbours };
}

/** The nearest `places` of more. */
export function firstPlaces(
  { count, k, nearest }: Neighbours,
  places: number,
): Neighbours['nearest'] {
  const first = <T extends Int32Array | Float64Array>(from: T, to: T): T => {
    for (let row = 0; row < count; row += 1) {
      for (let place = 0; place < places; place += 1)
        to[row * places + place] = from[row * k + place]!;
    }
    return to;
  };
  const size = count * places;
  return {
    positions: first(nearest.positions, new Int32Array(size)),
    similarities: first(nearest.similarities, new Float64Array(size)),
    labels: first(nearest.labels, new Int32Array(size)),
  };
}
