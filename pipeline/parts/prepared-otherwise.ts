import { shownNames } from '../../operators/message-words.ts';
import { jsonDifferences } from '../../operators/files/json.ts';
import type { ExportedSet } from './open-vector-set.ts';
import type { TellNote } from './run-event.ts';

type PreparedSet = Pick<ExportedSet, 'name' | 'precision' | 'preprocessing'>;

/** Fields of the preprocessing in which two exports differ. */
export function preparedOtherwise(one: PreparedSet, other: PreparedSet): readonly string[] {
  const fields = Object.keys({ ...one.preprocessing, ...other.preprocessing });
  return fields.filter(
    (field) => jsonDifferences(one.preprocessing[field], other.preprocessing[field]).length > 0,
  );
}

/** Notes that the vectors of one set are of int8 and those of the other of float32: a distance between them is that, too. */
export function noteOtherPrecision(train: PreparedSet, test: PreparedSet, note: TellNote): void {
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
