import { classOf } from '../../evaluation/vectors/class-of.ts';
import { neighbourGroups } from '../../evaluation/neighbours/nearest-neighbours.ts';
import type { DriftSides } from './drift-groups.ts';
import type { TestOptions } from './drift-options.ts';

/** A row of NEW, and the row of OLD that it is most like. */
export interface DriftExample {
  readonly id: string;
  /** Null when unknown. */
  readonly class: string | null;
  /** Dot product of unit vectors, −1 to 1. */
  readonly similarity: number;
  readonly nearestId: string;
  readonly nearestClass: string | null;
}

interface Candidate {
  readonly position: number;
  readonly nearest: number;
  readonly similarity: number;
}

/**
 * The `count` rows of NEW that are least like any row of OLD, farthest first; ties by position.
 *
 * Exact nearest neighbours of all rows: time is the product of both sides. Memory: as `neighbourGroups`, and twice `count`.
 *
 * @param sides Unit vectors.
 * @throws {PipelineError} `ERR_FORMAT` when a row cannot be used; `ERR_ENGINE` when a thread failed.
 * @throws The reason of `signal`, when it aborts first.
 */
export async function farExamples(
  sides: DriftSides,
  count: number,
  { threads, memoryMb, signal, onProgress }: TestOptions,
): Promise<readonly DriftExample[]> {
  if (count === 0) return [];
  const total = sides.new.count;
  let kept: Candidate[] = [];
  const groups = neighbourGroups(sides.new, sides.old, {
    k: 1,
    threads,
    memoryMb,
    signal,
    onProgress: (done) => onProgress?.({ label: 'examples', done, total, unit: 'images' }),
  });
  for await (const { first, found } of groups) {
    const { positions, similarities } = found.nearest;
    for (let query = 0; query < found.count; query += 1) {
      const [nearest, similarity] = [positions[query]!, similarities[query]!];
      kept.push({ position: first + query, nearest, similarity });
      if (kept.length >= 2 * count + 1024) kept = farthest(kept, count);
    }
  }
  return farthest(kept, count).map(({ position, nearest, similarity }) => ({
    id: sides.new.id(position),
    class: classOf(sides.new, position),
    similarity,
    nearestId: sides.old.id(nearest),
    nearestClass: classOf(sides.old, nearest),
  }));
}

function farthest(candidates: readonly Candidate[], count: number): Candidate[] {
  return candidates
    .toSorted((a, b) => a.similarity - b.similarity || a.position - b.position)
    .slice(0, count);
}
