import type { EmbeddingLayer } from '../operators/evaluation/vectors/unit-vectors.ts';
import { classOf } from '../operators/evaluation/vectors/class-of.ts';
import type { VectorSet } from '../operators/evaluation/vectors/vector-set.ts';
import { type NamedRows, writeNeighbours } from '../outputs/tables/neighbour-files.ts';
import type { ResultReport } from '../outputs/tables/result-folder.ts';
import { refuseUnfinished } from '../outputs/tables/search-parts.ts';
import type { embeddedQueries } from './embedded-queries.ts';
import { type NeighboursOptions, neighboursVerb } from './options/neighbours-options.ts';
import { firstNeighbours, type ShownNeighbour } from './parts/first-neighbours.ts';
import { makeResultOut } from './parts/make-result-out.ts';
import { openSearch } from './parts/open-search.ts';
import { openSides } from './parts/open-sides.ts';
import { wantedIds } from './parts/queries-by-id.ts';
import { runTask } from './parts/run-task.ts';
import { searchGroups } from './parts/search-groups.ts';
import { sourceOf } from './parts/set-source.ts';
import { type Run, startRun } from './parts/start-run.ts';

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
    // Before any set is opened, which may take long.
    const wanted = await wantedIds(options);
    await makeResultOut(
      { out, format: 'sincere-neighbours', scope, note },
      {
        of: options.of,
        query: model === null ? options.query : null,
      },
    );
    if (!resume) await refuseUnfinished(out);
    const query = model === null ? options.query : await embeddedBy(options, scope, note);
    const excluding = { exclude: options.exclude, excludeFrom: 'train' } as const;
    const locations = { train: options.of, test: query, layer: asked, ...excluding };
    const sides = await openSides(locations, scope, note);
    const search = await openSearch(sides, { ...options, wanted }, note);

    return runTask(scope, async (tell) => {
      const { memoryMb, threads } = options;
      await searchGroups(search, { memoryMb, threads, signal: scope.signal, tell });
      const { queries, support, layer, leaveOneOut, places, parts } = search;
      const names = { queries: namesOf(queries), support: namesOf(support) };
      const counts = { queries: queries.count, support: support.count, neighbours: places };
      const first = await firstNeighbours(parts, places, names);
      const sources = { query: sourceOf(sides.test), of: sourceOf(sides.train) };
      const summary = { top: options.top, layer, leaveOneOut, ...counts, ...sources };
      const files = { parts, places, ...names, summary };
      const report = await writeNeighbours(out, files, { signal: scope.signal });
      return { ...counts, layer, leaveOneOut, first, report };
    });
  });
}

/** Loads what embeds images when there are images: a search alone takes half of its memory. */
const embeddedBy: typeof embeddedQueries = async (...given) =>
  await (await import('./embedded-queries.ts')).embeddedQueries(...given);

function namesOf(set: VectorSet): NamedRows {
  return { id: (position) => set.id(position), class: (position) => classOf(set, position) };
}
