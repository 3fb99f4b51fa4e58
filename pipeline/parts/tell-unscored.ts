import type { VectorSet } from '../../operators/evaluation/vectors/vector-set.ts';
import { shownNames } from '../../operators/message-words.ts';
import type { TellNote } from './run-event.ts';

/** Tells, before anything is measured, of a test set that has no image of a class with training images. */
export function tellUnscored(train: VectorSet, test: VectorSet, note: TellNote): void {
  const [known, asked] = [usedClasses(train), usedClasses(test)];
  // That no training image has a class ends the evaluation, with the way out.
  const isKnown = new Set(known);
  if (known.length === 0 || asked.some((name) => isKnown.has(name))) return;
  const why =
    asked.length === 0
      ? 'no test image has a class. Embed a folder with a sub-folder for each class, or name that column of a file: `FILE?label=COLUMN`'
      : `no test image is of a class with training images: ${shownNames(asked)} in the test set, ` +
        `${shownNames(known)} in training`;
  note(`nothing that compares test images with training classes can be measured: ${why}`);
}

/** Names of the classes that have rows, their accents composed one way. */
function usedClasses({ classes, labels }: VectorSet): readonly string[] {
  const used = new Set(labels);
  return classes.filter((_, label) => used.has(label)).map((name) => name.normalize('NFC'));
}
