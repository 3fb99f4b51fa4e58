import test from 'ava';
import { classWalks } from '../../../operators/batches/class-walks.ts';
import { viewRecipe } from '../../../operators/image/view-recipe.ts';
import { checkPositives } from '../../../pipeline/parts/check-positives.ts';
import { UsageError } from '../../../pipeline/options/usage-error.ts';
import { listedDataset } from '../../helpers/listed-dataset.ts';

const sincere = { name: 'sincere', temperature: 0.1 } as const;
const config = { loss: sincere, views: 1, batchSize: 3, recipe: viewRecipe('paper') };

type Changes = Partial<Parameters<typeof checkPositives>[1]> & {
  readonly classesPerBatch?: number;
  readonly sizes?: readonly number[];
  readonly balance?: number;
};

/** Notes on batches of three classes, when nothing else is said. */
const notesOf = ({ classesPerBatch = 3, sizes, balance, ...changes }: Changes): string[] => {
  const notes: string[] = [];
  const { batchSize } = { ...config, ...changes };
  const data = listedDataset(sizes ?? Array.from({ length: classesPerBatch }, () => batchSize));
  const places = sizes === undefined ? { classesPerBatch } : {};
  const walks = classWalks(data, { batchSize, ...places, balance, seed: 0 });
  checkPositives(walks, { ...config, ...changes }, (text) => notes.push(text));
  return notes;
};

test('batches without two images of a class are refused with the ways out', (t) => {
  t.throws(() => notesOf({}), {
    instanceOf: UsageError,
    message:
      /^Expected `views` to be at least 2 .* holds one of each class.* `views: 2`, or a `batchSize` of at least 6$/u,
  });
  t.throws(() => notesOf({ batchSize: 8, classesPerBatch: 8 }), {
    message: /a `batchSize` of at least 16, or `classesPerBatch` of at most 4$/u,
  });
});

test('images that are alone in their batches are counted in a note', (t) => {
  const [note, ...more] = notesOf({ batchSize: 4 });
  t.regex(note!, /^in a batch no other of their class is beside 2 of 4 images/u);
  t.deepEqual(more, []);
});

test('of unequal shares the average of an epoch is counted', (t) => {
  // Two of four batches hold the rare class, beside 3 images of each of the others and 1 or 2 of one of them.
  const [note] = notesOf({ batchSize: 8, sizes: [2, 15, 15], balance: 0 });
  t.regex(note!, /^in a batch no other of their class is beside 0.5 of 8 images/u);
});

test('nothing is said where every image has another of its class, or where classes play no part', (t) => {
  t.deepEqual(notesOf({ views: 2 }), []);
  t.deepEqual(notesOf({ batchSize: 6 }), []);
  t.deepEqual(notesOf({ batchSize: 4, classesPerBatch: 2 }), []);
  t.deepEqual(notesOf({ loss: { name: 'cross-entropy' } }), []);
  t.deepEqual(notesOf({ loss: { ...sincere, name: 'infonce' } }), []);
});
