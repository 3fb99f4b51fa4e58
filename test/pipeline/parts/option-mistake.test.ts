import test from 'ava';
import { trainVerb } from '../../../pipeline/options/train-options.ts';
import { UsageError } from '../../../pipeline/options/usage-error.ts';
import { optionMistake } from '../../../pipeline/parts/option-mistake.ts';

test('a value out of its range that is an option of the verb is a mistake in its options', (t) => {
  const error = new RangeError('Expected `classesPerBatch` to be at most 3, got `12`');
  const mistake = optionMistake(error, trainVerb);
  t.true(mistake instanceof UsageError);
  t.like(mistake, { message: error.message, cause: error });
  t.true((mistake as UsageError).options.includes('classesPerBatch'));
});

test('any other error stays as it is', (t) => {
  const others = [
    new RangeError('Expected `rows` to be at least 1, got `0`'),
    new RangeError('Invalid array length'),
    new TypeError('Expected `seed` to be a number'),
  ];
  for (const error of others) t.is(optionMistake(error, trainVerb), error);
});
