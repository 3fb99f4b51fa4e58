import { shownNames } from '../../operators/message-words.ts';
import { jsonDifferences } from '../../operators/files/json.ts';
import type { OpenedSet } from './opened-set.ts';
import type { TellNote } from './run-event.ts';

type PreparedSet = Pick<OpenedSet, 'name' | 'precision' | 'preprocessing'>;

/** Fields of the preprocessing in which two sets differ; none where one does not say what it was. */
export function preparedOtherwise(one: PreparedSet, other: PreparedSet): readonly string[] {
  const [ofOne, ofOther] = [one.preprocessing, other.preprocessing];
  if (ofOne === null || ofOther === null) return [];
  const fields = Object.keys({ ...ofOne, ...ofOther });
  return fields.filter((field) => jsonDifferences(ofOne[field], ofOther[field]).length > 0);
}

/** Notes that the vectors of one set are of int8 and those of the other of float32: a distance between them is that, too. */
export function noteOtherPrecision(train: PreparedSet, test: PreparedSet, note: TellNote): void {
  // A file does not say what its vectors were computed in.
  if (train.preprocessing === null || test.preprocessing === null) return;
  if ((train.precision === null) === (test.precision === null)) return;
  const int8 = train.precision === null ? test : train;
  const float32 = int8 === train ? test : train;
  note(
    `\`${int8.name}\` was embedded in int8 and \`${float32.name}\` in float32: vectors differ by that as well, by what the ` +
      'trial in the manifest says. Embed both with the same `precision`, unless that is to be measured',
    ['precision'],
  );
}

/** Notes that the images of two sets became inputs in different ways: a distance between them is one of those, too. */
export function notePreparedOtherwise(train: PreparedSet, test: PreparedSet, note: TellNote): void {
  const fields = preparedOtherwise(train, test);
  if (fields.length === 0) return;
  note(
    `the images of \`${train.name}\` and \`${test.name}\` were prepared in different ways (${shownNames(fields)}), and ` +
      'vectors differ by that as well. Embed both alike, unless that is to be measured',
  );
}
