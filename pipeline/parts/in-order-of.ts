import { PipelineError } from '../../operators/errors.ts';
import type { ReadScores } from '../../outputs/tables/read-scores.ts';

/**
 * The same scores in the order of another evaluation of the same images: joined by id.
 *
 * @throws {PipelineError} `ERR_CONFIG` when the images or their classes are not the same, naming one.
 */
export function inOrderOf(first: ReadScores, scores: ReadScores): ReadScores {
  const refuse = (why: string): PipelineError =>
    new PipelineError(
      'ERR_CONFIG',
      `\`${scores.path}\` and \`${first.path}\` are not about the same test images: ${why}. Evaluate both on one set.`,
      { path: scores.path },
    );
  const places = new Map(scores.ids.map((id, place) => [id, place]));
  if (places.size !== scores.count) throw refuse(`ids in \`${scores.path}\` are not different`);
  if (scores.count !== first.count) throw refuse(`${scores.count} and ${first.count} of them`);
  const order = Int32Array.from(first.ids, (id) => {
    const place = places.get(id);
    if (place === undefined) throw refuse(`\`${id}\` is only in one of them`);
    return place;
  });
  const labelOf = new Map(first.classes.map((name, label) => [name, label]));
  const labels = Int32Array.from(order, (place) => {
    const label = scores.labels[place]!;
    return label < 0 ? -1 : (labelOf.get(scores.classes[label]!) ?? -1);
  });
  const wrong = labels.findIndex((label, image) => label !== first.labels[image]);
  if (wrong !== -1) throw refuse(`\`${first.ids[wrong]}\` has another class`);
  const moved = <K>(columns: ReadonlyMap<K, Float64Array>): Map<K, Float64Array> =>
    new Map([...columns].map(([key, values]) => [key, values.map((_, at) => values[order[at]!]!)]));
  return {
    ...scores,
    ids: first.ids,
    classes: first.classes,
    labels,
    means: moved(scores.means),
    target: moved(scores.target),
    noise: moved(scores.noise),
  };
}
