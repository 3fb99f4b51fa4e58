import { PipelineError } from '../../operators/errors.ts';
import type { ReadScores } from './read-scores.ts';

/** Evaluations on the test images that all of them have. */
export interface CommonImages {
  /** The same images in the same order, with the same classes. */
  readonly runs: readonly ReadScores[];
  readonly images: number;
  /** Images of each evaluation that another one has not. */
  readonly leftOut: readonly number[];
  /** Images of the first that have another file under their name in another one. */
  readonly otherFiles: number;
}

/**
 * Joins evaluations by the ids of their test images and, where both know it, by the content of the files: a name alone
 * may stand for other pictures.
 *
 * @param all At least one.
 * @throws {PipelineError} `ERR_CONFIG` when ids repeat, an image has two classes, or none is common.
 */
export function commonImages(all: readonly ReadScores[]): CommonImages {
  const [first, ...others] = all as readonly [ReadScores, ...ReadScores[]];
  const places = all.map(placesById);
  const otherFiles = new Set<number>();
  const kept = [...first.ids.keys()].filter((image) =>
    others.every((other, at) => {
      const place = places[at + 1]!.get(first.ids[image]!);
      if (place === undefined) return false;
      if (!areOtherFiles(first.sha256[image]!, other.sha256[place]!)) return true;
      otherFiles.add(image);
      return false;
    }),
  );
  if (kept.length === 0) {
    const why =
      otherFiles.size > 0 ? 'under the same names they have other files' : 'no id is common';
    throw new PipelineError(
      'ERR_CONFIG',
      `${all.map(({ path }) => `\`${path}\``).join(', ')} have no test image in common: ${why}. Evaluate all on one set.`,
      { path: others[0]?.path ?? first.path },
    );
  }
  const runs = all.map((scores, at) => {
    const order = kept.map((image) => places[at]!.get(first.ids[image]!)!);
    return reordered(scores, first.classes, order);
  });
  for (const run of runs) checkClasses(runs[0]!, run);
  return {
    runs,
    images: kept.length,
    leftOut: all.map(({ count }) => count - kept.length),
    otherFiles: otherFiles.size,
  };
}

function placesById({ path, ids }: ReadScores): ReadonlyMap<string, number> {
  const places = new Map(ids.map((id, place) => [id, place]));
  if (places.size === ids.length) return places;
  throw new PipelineError('ERR_CONFIG', `Expected the ids in \`${path}\` to be different`, {
    path,
  });
}

function areOtherFiles(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && one !== other;
}

/** Some images in a given order, their classes counted in another list; -1 of a class that is not in it. */
function reordered(
  scores: ReadScores,
  classes: readonly string[],
  order: readonly number[],
): ReadScores {
  const labelOf = new Map(classes.map((name, label) => [name, label]));
  const moved = <K>(columns: ReadonlyMap<K, Float64Array>): Map<K, Float64Array> =>
    new Map(
      [...columns].map(([key, values]) => [key, Float64Array.from(order, (at) => values[at]!)]),
    );
  return {
    ...scores,
    count: order.length,
    ids: order.map((at) => scores.ids[at]!),
    sha256: order.map((at) => scores.sha256[at]!),
    classes,
    labels: Int32Array.from(order, (at) => {
      const label = scores.labels[at]!;
      return label < 0 ? -1 : (labelOf.get(scores.classes[label]!) ?? -1);
    }),
    means: moved(scores.means),
    target: moved(scores.target),
    noise: moved(scores.noise),
  };
}

function checkClasses(first: ReadScores, run: ReadScores): void {
  const wrong = run.labels.findIndex((label, image) => label !== first.labels[image]);
  if (wrong === -1) return;
  throw new PipelineError(
    'ERR_CONFIG',
    `\`${first.ids[wrong]}\` has another class in \`${run.path}\` than in \`${first.path}\`. Evaluate both on one set.`,
    { path: run.path },
  );
}
