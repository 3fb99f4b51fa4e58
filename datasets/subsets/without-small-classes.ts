import { PipelineError } from '../../operators/errors.ts';
import { counted, shownName, shownNames } from '../../operators/message-words.ts';
import type { Dataset } from '../../operators/types.ts';
import { onlyClasses } from './only-classes.ts';

/**
 * Subset without rare classes: those of at least `least` images, as `onlyClasses` keeps them. Which ones are left out is a
 * note of the result. Images without a class go with them; when no class is too small, the dataset itself is returned.
 *
 * @param dataset Borrowed: the part reads from it.
 * @throws {RangeError} When `least` is not an integer of 1 or more.
 * @throws {PipelineError} `ERR_DATASET` when every class is too small.
 */
export function withoutSmallClasses(dataset: Dataset, least: number): Dataset {
  if (!Number.isInteger(least) || least < 1) {
    throw new RangeError(
      `Expected \`minPerClass\` to be an integer of at least 1, got \`${least}\``,
    );
  }
  const { classes, name } = dataset;
  const sizes = new Uint32Array(classes.length);
  for (let position = 0; position < dataset.count; position += 1) {
    const { label } = dataset.sample(position);
    if (label !== null) sizes[label]! += 1;
  }
  const small = classes.filter((_, label) => sizes[label]! < least);
  if (small.length === 0) return dataset;
  if (small.length === classes.length) throw allTooSmall(name, least, sizes);
  const part = onlyClasses(dataset, { excludeClasses: small });
  const text =
    `\`minPerClass: ${least}\` leaves out ${counted(small.length, 'class', 'classes')} with fewer images ` +
    `(${counted(dataset.count - part.count, 'image')} in all): ${shownNames(small, mostNamed)}`;
  return { ...part, notes: [...(part.notes ?? []), { text, options: ['minPerClass'] }] };
}

/** Classes that a note names before it only counts the rest. */
const mostNamed = 20;

function allTooSmall(name: string, least: number, sizes: Uint32Array): PipelineError {
  const largest = sizes.reduce((one, size) => Math.max(one, size), 0);
  return new PipelineError(
    'ERR_DATASET',
    `Expected a class of at least ${counted(least, 'image')} (\`minPerClass\`) in ${shownName(name)}, ` +
      `got none: the largest has ${counted(largest)}`,
    { options: ['minPerClass'] },
  );
}
