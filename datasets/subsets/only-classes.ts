import { PipelineError } from '../../operators/errors.ts';
import { nearestWord } from '../../operators/nearest-word.ts';
import type { Dataset, DatasetNote, Sample } from '../../operators/types.ts';
import { datasetHash } from '../records/dataset-hash.ts';
import { shownName, shownNames } from '../../operators/message-words.ts';
import { subset } from './subset.ts';

/** Class filter of a dataset. A name counts however its accents are composed, unless classes differ in nothing else. */
export interface ClassChoice {
  /** These and no others. @default all */
  readonly classes?: readonly string[] | undefined;
  /** All but these. @default none */
  readonly excludeClasses?: readonly string[] | undefined;
}

/**
 * Subset by class: the samples of some classes, under their own ids and in the same order.
 *
 * Labels are positions in the shorter list of classes. Samples without a class go too; of several classes the
 * first decides, and those that go are no classes of the sample any more. Holds 4 bytes for each
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
  const newLabels = new Map(chosen.map((one, label) => [one, label]));
  const labels = dataset.classes.map((one) => newLabels.get(one) ?? -1);
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
  const part = subset(dataset, Uint32Array.from(kept), {
    classes: chosen,
    labelOf: newLabel,
    placeOf: (label) => labels[label]!,
    origin: coversListingOnly ? undefined : hash,
  });
  const isAbout = ({ classes }: DatasetNote): boolean =>
    classes === undefined || classes.some((one) => newLabels.has(one));
  return { ...part, notes: dataset.notes?.filter(isAbout) };
}

/** In the order of the dataset. @throws {PipelineError} `ERR_DATASET` when it lacks a class. */
function chosenClasses(dataset: Dataset, { classes, excludeClasses = [] }: ClassChoice): string[] {
  const named = namedClasses(dataset);
  const kept = classes && new Set(classes.map((wanted) => named(wanted, 'classes')));
  const gone = new Set(excludeClasses.map((wanted) => named(wanted, 'excludeClasses')));
  return dataset.classes.filter((one) => (kept?.has(one) ?? true) && !gone.has(one));
}

type NamedClass = (wanted: string, option: keyof ClassChoice) => string;

/** The class of a dataset that a name means: the one that is written so, or else the one of its normal form. */
function namedClasses(dataset: Dataset): NamedClass {
  const { name, classes } = dataset;
  const exact = new Set(classes);
  const byForm = new Map<string, string[]>();
  for (const one of classes) {
    const form = one.normalize('NFC');
    byForm.set(form, [...(byForm.get(form) ?? []), one]);
  }
  return (wanted, option) => {
    if (exact.has(wanted)) return wanted;
    const [found, another] = byForm.get(wanted.normalize('NFC')) ?? [];
    if (found === undefined) throw withoutClass(dataset, wanted, option);
    if (another === undefined) return found;
    throw new PipelineError(
      'ERR_DATASET',
      `\`${name}\` has several classes ${shownName(wanted)}, whose accents are composed differently. ` +
        'Give it as its folder is called',
    );
  };
}

function withoutClass(
  { name, classes }: Dataset,
  wanted: string,
  option: keyof ClassChoice,
): PipelineError {
  const missing = `\`${name}\` has no class ${shownName(wanted)};`;
  const whole = classes.find((one) => partsOf(one).includes(wanted) && one !== wanted);
  if (whole !== undefined) {
    return new PipelineError(
      'ERR_DATASET',
      `${missing} it has ${shownName(whole)}. A name with a comma or with spaces around it is given in a list, ` +
        `such as \`${option}: ${JSON.stringify([whole])}\` in a file for \`config\``,
      { options: ['config'] },
    );
  }
  const meant = nearestWord(wanted, classes);
  const has = classes.length === 0 ? 'it has none' : `it has ${shownNames(classes, mostNamed)}`;
  const hint = meant === undefined ? has : `did you mean ${shownName(meant)}?`;
  return new PipelineError('ERR_DATASET', `${missing} ${hint}`);
}

/** Classes that a message names before it only counts the rest. */
const mostNamed = 10;

/** What a command line makes of a name: the parts between commas, without spaces around them. */
function partsOf(name: string): readonly string[] {
  return name.split(',').map((part) => part.trim());
}
