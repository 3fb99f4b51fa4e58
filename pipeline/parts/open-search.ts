import { selectedVectors } from '../../operators/evaluation/vectors/selected-vectors.ts';
import type { EmbeddingLayer } from '../../operators/evaluation/vectors/unit-vectors.ts';
import type { VectorSet } from '../../operators/evaluation/vectors/vector-set.ts';
import { type Json, jsonHash } from '../../operators/files/json.ts';
import { counted } from '../../operators/message-words.ts';
import { openSearchParts, type SearchParts } from '../../outputs/tables/search-parts.ts';
import type { NeighboursOptions } from '../options/neighbours-options.ts';
import type { Resolved } from '../options/verb.ts';
import type { OpenedSides } from './open-sides.ts';
import type { OpenedSet } from './opened-set.ts';
import { queriesById, type WantedIds } from './queries-by-id.ts';
import type { TellNote } from './run-event.ts';

/** A search for neighbours, begun or gone on with. */
export interface Search {
  readonly queries: VectorSet;
  readonly support: VectorSet;
  readonly layer: EmbeddingLayer;
  /** No row is its own neighbour: both sets are one. */
  readonly leaveOneOut: boolean;
  /** `[queries]` row of the support that each query is; undefined where it may be its own neighbour. */
  readonly selves: Int32Array | undefined;
  /** Neighbours of each query: as many as were asked for, or as there are. */
  readonly places: number;
  /** What is found already. */
  readonly parts: SearchParts;
}

/**
 * Chooses the queries of a search, and opens what was found of it before.
 *
 * @param sides The support as `train`, the queries and perhaps others as `test`.
 * @throws {PipelineError} What `queriesById` and `openSearchParts` throw.
 */
export async function openSearch(
  { train: support, test, layer, ...sides }: OpenedSides,
  options: Resolved<NeighboursOptions> & { readonly wanted: WantedIds | undefined },
  note: TellNote,
): Promise<Search> {
  const { out, top, resume, wanted } = options;
  const leaveOneOut = sides.leaveOneOut && !options.withItself;
  const positions = wanted === undefined ? undefined : queriesById(test, wanted);
  const queries = positions === undefined ? test : selectedVectors(test, positions);
  const places = Math.min(top, support.count - (leaveOneOut ? 1 : 0));
  if (places < top) {
    note(`each query has ${counted(places, 'neighbour')}: there are no more rows`, ['top']);
  }
  const identity = {
    queries: identityOf(test, layer),
    of: identityOf(support, layer),
    chosen: positions === undefined ? null : jsonHash(Array.from(positions)),
    leaveOneOut,
  };
  const parts = await openSearchParts(out, { identity, places }, resume);
  const selves = leaveOneOut ? (positions ?? ownPositions(queries)) : undefined;
  return { queries, support, layer, leaveOneOut, selves, places, parts };
}

function ownPositions({ count }: VectorSet): Int32Array {
  return Int32Array.from({ length: count }, (_, at) => at);
}

function identityOf(set: OpenedSet, layer: EmbeddingLayer): Readonly<Record<string, Json>> {
  const { count, dim, datasetHash, imagesHash, modelHash, precision, file } = set;
  const content = file?.contentHash ?? null;
  return { layer, count, dim, datasetHash, imagesHash, modelHash, precision, content };
}
