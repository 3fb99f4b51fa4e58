import { PipelineError } from '../operators/errors.ts';
import { nearestWord } from '../operators/nearest-word.ts';
import type { Dataset, Sample } from '../operators/types.ts';
import { datasetHash } from './dataset-hash.ts';
import { subset } from './subset.ts';

/** Class filter of a dataset. */
export interface ClassChoice {
  /** These and no others. @default all */
  readonly classes?: readonly string[] | undefined;
  /** All but these. @default none */
  readonly excludeClasses?: readonly string[] | undefined;
}

/**
 * Subset by class: the samples of some classes, under their own ids and in the same order.
 *
 * Labels are positions in the shorter list of classes. Samples without a class go too. Holds 4 bytes for each
 * sample that stays.
 *
 * A folder that holds only these class folders is the same dataset: where a hash covers nothing but the listing,
 * so does that of the part. Otherwise it is that of the part, and of the whole that it was taken from. When
 * nothing has to go, the dataset itself is returned.
 *
 * @param dataset Borrowed: the part reads from it.
 * @throws {PipelineError} `ERR_DATASET` when the dataset has no class of a name, or no sample is left.
 * @example
 * ```ts
 * const photos = await openDataset('photos');
 * const pets = onlyClasses(photos, { classes: ['cat', 'dog'] });
 * const others = onlyClasses(photos, { excludeClasses: pets.classes });
 * ```
 */
export function onlyClasses(dataset: Dataset, choice: ClassChoice): Dataset {
  const { name, hash } = dataset;
  const chosen = chosenClasses(dataset, choice);
  const labels = dataset.classes.map((one) => chosen.indexOf(one));
  const newLabel = ({ label }: Sample): number => (label === null ? -1 : labels[label]!);
  const kept: number[] = [];
  for (let position = 0; position < dataset.count; position += 1) {
    if (newLabel(dataset.sample(position)) >= 0) kept.push(position);
  }
  if (kept.length === 0) {
    throw new PipelineError(
      'ERR_DATASET',
      `Expected images of the classes that were chosen in \`${name}\`, got none`,
    );
  }
  if (kept.length === dataset.count && chosen.length === dataset.classes.length) return dataset;
  const coversListingOnly = datasetHash(dataset) === hash;
  return subset(dataset, Uint32Array.from(kept), {
    classes: chosen,
    labelOf: newLabel,
    origin: coversListingOnly ? undefined : hash,
  });
}

/** In the order of the dataset. @throws {PipelineError} `ERR_DATASET` when it lacks a class. */
function chosenClasses(dataset: Dataset, { classes, excludeClasses = [] }: ClassChoice): string[] {
  for (const wanted of [...(classes ?? []), ...excludeClasses]) {
    if (!dataset.classes.includes(wanted)) throw withoutClass(dataset, wanted);
  }
  return dataset.classes.filter(
    (one) => (classes?.includes(one) ?? true) && !excludeClasses.includes(one),
  );
}

/** Classes that a message names before it only counts the rest. */
const mostNamed = 10;

function withoutClass({ name, classes }: Dataset, wanted: string): PipelineError {
  const meant = nearestWord(wanted, classes);
  const named = classes.slice(0, mostNamed).map((one) => `\`${one}\``);
  const rest = classes.length - named.length;
  const all = `${named.join(', ')}${rest === 0 ? '' : ` and ${rest} more`}`;
  const has = classes.length === 0 ? 'it has none' : `it has ${all}`;
  const hint = meant === undefined ? has : `did you mean \`${meant}\`?`;
  return new PipelineError('ERR_DATASET', `\`${name}\` has no class \`${wanted}\`; ${hint}`);
}
