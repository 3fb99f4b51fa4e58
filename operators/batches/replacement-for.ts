import { PipelineError } from '../errors.ts';
import type { PlannedSample } from '../types.ts';
import type { ClassWalks } from './class-walks.ts';
import { counted } from '../message-words.ts';

/**
 * Replacement from the same class, for the place of an image that cannot be used.
 *
 * Goes on in the walk of the class from the unusable image, and starts one batch further on, so that the
 * replacement does not stand in the same batch already unless the class is small. Attempts
 * `1, 2, …` pass through all other images of the class, each once. The result is a function of its arguments
 * and keeps `draw`; `replaces` tells its views apart from those of its own place in the walk.
 *
 * @param walks Set up with the dataset and options of the plan, best apart from those of the planner.
 * @param bad The sample as planned, not an earlier replacement for it.
 * @param attempt 1 for the first replacement, 2 when that one cannot be used either, and so on.
 * @throws {PipelineError} `ERR_DATASET`, naming the class, when it has no further image.
 * @throws {RangeError} When `attempt` is not an integer of 1 or more, or `bad` has no class of the dataset.
 * @example
 * ```ts
 * import { openDataset } from 'sincere-embeddings/datasets';
 *
 * const walks = classWalks(await openDataset('photos'), { batchSize: 64, seed: 0 });
 * const replacement = (bad: PlannedSample, attempt: number): PlannedSample =>
 *   replacementFor(walks, bad, attempt + 1); // what `onBadSample` takes
 * ```
 */
export function replacementFor(
  walks: ClassWalks,
  bad: PlannedSample,
  attempt: number,
): PlannedSample {
  if (!Number.isInteger(attempt) || attempt < 1) {
    throw new RangeError(`Expected \`attempt\` to be an integer of at least 1, got \`${attempt}\``);
  }
  const { dataset, index } = walks;
  const { label } = bad;
  const positions = label === null ? new Uint32Array(0) : index.positions(label);
  const badItem = positions.indexOf(bad.position);
  if (label === null || badItem < 0) {
    throw new RangeError(
      `Expected \`bad\` to be a sample of \`${dataset.name}\`, got \`${bad.id}\``,
    );
  }

  const others = positions.length - 1;
  if (attempt > others) {
    throw new PipelineError(
      'ERR_DATASET',
      `None of the ${counted(positions.length, 'image')} of class \`${dataset.classes[label]}\` can take the place of ` +
        `\`${bad.id}\`: all were tried. Repair the images of this class or remove its folder`,
      { sample: bad.id },
    );
  }
  const walk = walks.walk(label).turn(bad.draw);
  const offset = 1 + ((walks.largestShare(label) - 1 + attempt - 1) % others);
  const item = walk[(walk.indexOf(badItem) + offset) % walk.length]!;
  const position = positions[item]!;
  return { ...dataset.sample(position), position, draw: bad.draw, replaces: bad.id };
}
