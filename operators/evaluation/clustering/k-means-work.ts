import { assignRows, type AssignRequest } from './assign-rows.ts';
import { type CentreTile, openCentreTile } from './centre-tile.ts';
import { seedDistances, type SeedRequest } from './seed-distances.ts';
import { sumClusters, type SumRequest } from './sum-clusters.ts';
import { groupRows, tileRows } from '../neighbours/tile-shape.ts';

export type KMeansRequest = AssignRequest | SumRequest | SeedRequest;

/** The share of one thread in k-means. Tiles are opened once. */
export function kMeansWork(): (request: KMeansRequest) => Promise<void> {
  const tiles = new Map<number, Promise<CentreTile>>();
  return async (request) => {
    const { dim, k } = request.size;
    const tileOf = (width: number): Promise<CentreTile> => {
      const tile = tiles.get(width) ?? openCentreTile(dim, width);
      tiles.set(width, tile);
      return tile;
    };
    const width = Math.min(tileRows, groupRows * Math.ceil(k / groupRows));
    if (request.task === 'seed') await seedDistances(request, tileOf);
    else if (request.task === 'assign') await assignRows(request, await tileOf(width));
    else sumClusters(request);
  };
}
