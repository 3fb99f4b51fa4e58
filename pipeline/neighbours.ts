import { neighbourGroups } from '../operators/evaluation/neighbours/nearest-neighbours.ts';
import { selectedVectors } from '../operators/evaluation/vectors/selected-vectors.ts';
import { type EmbeddingLayer, unitVectors } from '../operators/evaluation/vectors/unit-vectors.ts';
import type { VectorSet } from '../operators/evaluation/vectors/vector-set.ts';
import { type Json, jsonHash } from '../operators/files/json.ts';
import { counted } from '../operators/message-words.ts';
import { type NamedRows, writeNeighbours } from '../outputs/tables/neighbour-files.ts';
import type { ResultReport } from '../outputs/tables/result-folder.ts';
import {
  openSearchParts,
  refuseUnfinished,
  type SearchParts,
} from '../outputs/tables/search-parts.ts';
import type { embeddedQueries } from './embedded-queries.ts';
import { type NeighboursOptions, neighboursVerb } from './options/neighbours-options.ts';
import { makeResultOut } from './parts/make-result-out.ts';
import type { OpenedSet } from './parts/opened-set.ts';
import { openSides } from './parts/open-sides.ts';
import { queriesById } from './parts/queries-by-id.ts';
import { runTask, type TellProgress } from './parts/run-task.ts';
import { sourceOf } from './parts/set-source.ts';
import { type Run, startRun } from './parts/start-run.ts';

/** One neighbour of a query. */
export interface ShownNeighbour {
  readonly queryId: string;
  /** From 1. */
  readonly rank: number;
  readonly id: string;
  readonly similarity: number;
  /** Null when unknown. */
  readonly queryClass: string | null;
  readonly class: string | null;
}

/** Result of a search, and the files that hold it. */
export interface FoundNeighbours {
  readonly queries: number;
  /** Rows that were searched. */
  readonly support: number;
  /** Neighbours of each query: `top`, or as many as there are. */
  readonly neighbours: number;
  readonly layer: EmbeddingLayer;
  /** No row is its own neighbour: both sets are one. */
  readonly leaveOneOut: boolean;
  /** Neighbours of the first few queries. */
  readonly first: readonly ShownNeighbour[];
  readonly report: ResultReport;
}

/**
 * Exact nearest neighbours of vectors or images, written as a table with a row for each query and neighbour.
 *
 * Similarities are float64; ties: the lowest position in the set comes first. The bytes are a function of the rows
 * alone. One set on both sides is searched leave-one-out, unless `withItself`.
 *
 * Memory: `memoryMb` for queries and what was found, some bytes for each row, and some megabytes for each thread.
 *
 * @throws {PipelineError} `ERR_CONFIG` when the sets are of different models, or their vectors have not the same length;
 * `ERR_FORMAT`, `ERR_READ`, `ERR_WRITE`.
 * @example
 * ```ts
 * const where = { of: 'runs/a/train', out: 'runs/a/nearest' };
 * const query = { query: 'photos/cat.jpg', model: 'runs/a' };
 * const { first } = await neighbours({ ...query, ...where, top: 5 });
 * console.table(first);
 * ```
 */
export function neighbours(given: NeighboursOptions): Run<FoundNeighbours> {
  return startRun(neighboursVerb, given, async (options, scope, note) => {
    const { out, resume, model, layer: asked } = options;
    await makeResultOut(out, 'sincere-neighbours', {
      of: options.of,
      query: model === null ? options.query : null,
    });
    if (!resume) await refuseUnfinished(out);
    const query = model === null ? options.query : await embeddedBy(options, scope, note);
    const locations = { train: options.of, test: query, layer: asked };
    const sides = await openSides(locations, scope, note);
    const { train: support, test, layer } = sides;
    const leaveOneOut = sides.leaveOneOut && !options.withItself;
    const positions = await queriesById(test, options);
    const queries = positions === undefined ? test : selectedVectors(test, positions);
    const most = support.count - (leaveOneOut ? 1 : 0);
    const places = Math.min(options.top, most);
    if (places < options.top) {
      note(`each query has ${counted(places, 'neighbour')}: there are no more rows`, ['top']);
    }
    const identity = {
      queries: identityOf(test, layer),
      of: identityOf(support, layer),
      chosen: positions === undefined ? null : jsonHash(Array.from(positions)),
      leaveOneOut,
    };
    const parts = await openSearchParts(out, { identity, places }, resume);

    return runTask(scope, async (tell) => {
      const searched = {
        queries,
        support,
        layer,
        selves: selvesOf(queries, positions, leaveOneOut),
      };
      await searchGroups(parts, searched, { ...options, places, signal: scope.signal, tell });
      const names = { queries: namesOf(queries), support: namesOf(support) };
      const counts = { queries: queries.count, support: support.count, neighbours: places };
      const first = await firstOf(parts, places, names);
      const summary = {
        top: options.top,
        layer,
        leaveOneOut,
        ...counts,
        query: sourceOf(test),
        of: sourceOf(support),
      };
      const files = { parts, places, ...names, summary };
      const report = await writeNeighbours(out, files, { signal: scope.signal });
      return { ...counts, layer, leaveOneOut, first, report };
    });
  });
}

/** Loads what embeds images when there are images: a search alone takes half of its memory. */
const embeddedBy: typeof embeddedQueries = async (...given) =>
  await (await import('./embedded-queries.ts')).embeddedQueries(...given);

interface Searched {
  readonly queries: VectorSet;
  readonly support: VectorSet;
  readonly layer: EmbeddingLayer;
  readonly selves: Int32Array | undefined;
}

interface Searching {
  readonly places: number;
  readonly memoryMb: number;
  readonly threads: number | null;
  readonly signal: AbortSignal;
  readonly tell: TellProgress;
}

/** Searches for the queries that are not done yet, a group at a time. */
async function searchGroups(
  parts: SearchParts,
  { queries, support, layer, selves }: Searched,
  { places, memoryMb, threads, signal, tell }: Searching,
): Promise<void> {
  const { done } = parts;
  const left = Int32Array.from({ length: queries.count - done }, (_, at) => done + at);
  if (places === 0 || left.length === 0) return;
  const rest = done === 0 ? queries : selectedVectors(queries, left);
  const progress = (some: number): void =>
    tell({ label: 'search', done: done + some, total: queries.count, unit: 'queries' });
  const groups = neighbourGroups(unitVectors(rest, layer), unitVectors(support, layer), {
    k: places,
    sameAndOther: 0,
    selves: selves?.subarray(done),
    memoryMb,
    threads: threads ?? undefined,
    signal,
    onProgress: progress,
  });
  for await (const { first, found } of groups) {
    const { positions, similarities } = found.nearest;
    await parts.add({ first: done + first, queries: found.count, positions, similarities });
  }
}

function selvesOf(
  { count }: VectorSet,
  positions: Int32Array | undefined,
  leaveOneOut: boolean,
): Int32Array | undefined {
  if (!leaveOneOut) return undefined;
  return positions ?? Int32Array.from({ length: count }, (_, at) => at);
}

function identityOf(set: OpenedSet, layer: EmbeddingLayer): Readonly<Record<string, Json>> {
  const { count, dim, datasetHash, imagesHash, modelHash, precision, file } = set;
  const content = file?.contentHash ?? null;
  return { layer, count, dim, datasetHash, imagesHash, modelHash, precision, content };
}

function namesOf(set: VectorSet): NamedRows {
  return {
    id: (position) => set.id(position),
    class: (position) => set.classes[set.labels[position]!] ?? null,
  };
}

/** Rows of the table that a person is shown, about. */
const mostShown = 20;

async function firstOf(
  parts: SearchParts,
  places: number,
  { queries, support }: Readonly<Record<'queries' | 'support', NamedRows>>,
): Promise<readonly ShownNeighbour[]> {
  if (places === 0) return [];
  const shown = Math.max(1, Math.floor(mostShown / places));
  for await (const { positions, similarities } of parts.read(shown)) {
    return Array.from(positions, (position, at) => {
      const query = Math.floor(at / places);
      return {
        queryId: queries.id(query),
        rank: (at % places) + 1,
        id: support.id(position),
        similarity: similarities[at]!,
        queryClass: queries.class(query),
        class: support.class(position),
      };
    });
  }
  return [];
}
