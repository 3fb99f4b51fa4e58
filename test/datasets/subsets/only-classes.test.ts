import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { openImageFolder } from '../../../datasets/folder/image-folder.ts';
import { limitPerClass } from '../../../datasets/subsets/limit-per-class.ts';
import { onlyClasses } from '../../../datasets/subsets/only-classes.ts';
import { openSynthetic } from '../../../datasets/synthetic/synthetic.ts';
import { PipelineError } from '../../../operators/errors.ts';
import type { Dataset, Sample } from '../../../operators/types.ts';
import { listedDataset } from '../../helpers/listed-dataset.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const samplesOf = (dataset: Dataset): Sample[] =>
  Array.from({ length: dataset.count }, (_, position) => dataset.sample(position));

test('keeps the samples of the chosen classes, in order, under the labels of a shorter list', (t) => {
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 6 });
  fc.assert(
    fc.property(sizes, fc.nat(), (sizes, bits) => {
      const dataset = listedDataset(sizes);
      // At least the first, and in the wrong order.
      const classes = dataset.classes.filter(
        (_, label) => label === 0 || (bits >> label) % 2 === 1,
      );
      const part = onlyClasses(dataset, { classes: classes.toReversed() });
      t.deepEqual(part.classes, classes);
      const named = ({ classes }: Dataset) =>
        samplesOf(dataset).map(({ id, label }) => ({ id, name: classes[label!] }));
      const kept = named(dataset).filter(({ name }) => classes.includes(name!));
      t.deepEqual(
        samplesOf(part).map(({ id, label }) => ({ id, name: part.classes[label!] })),
        kept,
      );
      const others = dataset.classes.filter((name) => !classes.includes(name));
      t.is(onlyClasses(dataset, { excludeClasses: others }).hash, part.hash);
    }),
    { seed: 1 },
  );
});

test('is the folder that holds the chosen classes only, also below a limit', async (t) => {
  const root = await temporaryFolder(t);
  const write = async (folder: string, names: readonly string[]): Promise<void> => {
    for (const name of names) {
      await fs.mkdir(path.join(root, folder, name), { recursive: true });
      for (let at = 0; at < 5; at += 1) {
        await fs.writeFile(path.join(root, folder, name, `${at}.jpg`), `${name} ${at}`);
      }
    }
  };
  await write('all', ['ant', 'bee', 'cat', 'dog']);
  await write('some', ['bee', 'dog']);
  const some = await openImageFolder(path.join(root, 'some'));
  const part = onlyClasses(await openImageFolder(path.join(root, 'all')), {
    classes: ['dog', 'bee'],
  });
  t.is(part.hash, some.hash);
  t.deepEqual(part.classes, some.classes);
  t.deepEqual(samplesOf(part), samplesOf(some));
  t.is(Buffer.from(await part.read(7)).toString(), 'dog 2');
  t.is(limitPerClass(part, 2, 3).hash, limitPerClass(some, 2, 3).hash);
});

test('where more than the listing decides the images, it stays in the hash', (t) => {
  const part = (seed: number): Dataset => {
    const dataset = openSynthetic({ classes: 3, count: 30, seed });
    return onlyClasses(dataset, { classes: dataset.classes.slice(1) });
  };
  t.is(part(1).hash, part(1).hash);
  t.not(part(1).hash, part(2).hash);
});

test('is the dataset itself when nothing has to go', (t) => {
  const dataset = listedDataset([3, 4]);
  t.is(onlyClasses(dataset, {}), dataset);
  t.is(onlyClasses(dataset, { classes: dataset.classes }), dataset);
});

test('samples without a class go', (t) => {
  const dataset = listedDataset([2, 2]);
  const partly = {
    ...dataset,
    sample: (position: number) => ({
      ...dataset.sample(position),
      label: position === 0 ? null : 0,
    }),
  };
  t.is(onlyClasses(partly, { classes: [dataset.classes[0]!] }).count, 3);
});

test('refuses classes that are not there, and to be left with nothing', async (t) => {
  const dataset = { ...listedDataset([2, 0, 1]), classes: ['airplane', 'bird', 'cat'] };
  const refused = (classes: readonly string[]) =>
    t.throws(() => onlyClasses(dataset, { classes }), { code: 'ERR_DATASET' })?.message;
  t.is(
    refused(['cat', 'Airplanes']),
    '`listed` has no class `Airplanes`; did you mean `airplane`?',
  );
  t.is(
    refused(['submarine']),
    '`listed` has no class `submarine`; it has `airplane`, `bird`, `cat`',
  );
  t.regex(refused(['bird']) ?? '', /Expected images of the classes that were chosen/);
  t.throws(() => onlyClasses(dataset, { excludeClasses: dataset.classes }), {
    code: 'ERR_DATASET',
  });
  t.throws(() => onlyClasses({ ...dataset, classes: [] }, { excludeClasses: ['cat'] }), {
    message: /no class `cat`; it has none/,
  });
  const part = onlyClasses(dataset, { classes: ['cat'] });
  t.throws(() => part.sample(1), { instanceOf: RangeError, message: /from 0 to 0, got `1`/ });
  await t.throwsAsync(part.read(-1), { instanceOf: RangeError });
});

const called = (...classes: string[]): Dataset => ({
  ...listedDataset(classes.map(() => 1)),
  classes,
});

test('a class is found however its accents are composed', (t) => {
  const [composed, decomposed] = ['été'.normalize('NFC'), 'été'.normalize('NFD')];
  for (const [wanted, there] of [
    [composed, decomposed],
    [decomposed, composed],
  ] as const) {
    const dataset = called('hiver', there);
    t.deepEqual(onlyClasses(dataset, { classes: [wanted] }).classes, [there]);
    t.deepEqual(onlyClasses(dataset, { excludeClasses: [wanted] }).classes, ['hiver']);
  }
  const both = called(composed, decomposed);
  t.deepEqual(onlyClasses(both, { classes: [composed] }).classes, [composed]);
  t.deepEqual(onlyClasses(both, { excludeClasses: [composed] }).classes, [decomposed]);
});

test('a class that is none of several in the same form is refused', (t) => {
  const forms = ['\u1E69', 's\u0323\u0307', '\u1E63\u0307'];
  t.throws(() => onlyClasses(called(forms[1]!, forms[2]!), { classes: [forms[0]!] }), {
    message: /has several classes `.*`, whose accents are composed differently/u,
  });
});

test('a name that no flag can give is told with the way to give it', (t) => {
  const dataset = called('a,b', ' space ');
  const error = t.throws(() => onlyClasses(dataset, { classes: ['a', 'b'] }), {
    instanceOf: PipelineError,
    message:
      '`listed` has no class `a`; it has `a,b`. A name with a comma or with spaces around it is given in a list, ' +
      'such as `classes: ["a,b"]` in a file for `config`',
  });
  t.deepEqual(error?.options, ['config']);
  t.throws(() => onlyClasses(dataset, { excludeClasses: ['space'] }), {
    message: /it has ` space `\..*`excludeClasses: \[" space "\]`/u,
  });
  t.deepEqual(onlyClasses(dataset, { classes: ['a,b'] }).classes, ['a,b']);
});

test('a long list of classes is cut, with the number of the rest', (t) => {
  const dataset = listedDataset(Array.from({ length: 200 }, () => 1));
  t.throws(() => onlyClasses(dataset, { classes: ['x'] }), { message: / and 190 more$/u });
});
