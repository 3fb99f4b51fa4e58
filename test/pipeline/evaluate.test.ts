import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { EvaluateOptions } from '../../pipeline/options/evaluate-options.ts';
import { evaluate } from '../../pipeline/evaluate.ts';
import { independentReaders } from '../helpers/independent-readers.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { notesOf } from '../helpers/told.ts';
import { vectorId, writeVectorExport } from '../helpers/vector-export.ts';
import { makeVersion1 } from '../helpers/version-1.ts';

const classes = ['a', 'b'];
const labels = [0, 0, 0, 0, 1, 1, 1, 1];

/** Unit vectors at these angles, in hundredths of a turn. */
const angles = (...hundredths: readonly number[]): Float32Array =>
  Float32Array.from(hundredths.flatMap((at) => [Math.cos, Math.sin].map((of) => of(at / 16))));

/** An export of eight images whose names, classes and count are those of all others here. */
async function exported(
  t: ExecutionContext,
  projection: Float32Array,
  files?: readonly (string | null)[],
): Promise<string> {
  return await writeVectorExport(t, { projection, size: 2, labels, classes, files });
}

/** The numbers over all classes, and what was told. */
async function measured(t: ExecutionContext, given: Partial<EvaluateOptions>) {
  const out = path.join(await temporaryFolder(t), 'evaluation');
  const run = evaluate({
    train: '',
    test: '',
    out,
    k: [1],
    rankings: 0,
    bootstrap: 0,
    threads: 1,
    engine: 'cpu',
    ...given,
  });
  const notes = await notesOf(run);
  const text = await fs.readFile(path.join(out, 'summary.json'), 'utf8');
  const summary = JSON.parse(text) as {
    metrics: Record<string, { value: number; n: number }>;
    overlap: unknown;
  };
  const table = await fs.readFile(path.join(out, 'overlap.arrow'));
  return { ...summary, notes, table: independentReaders.flechette(table, 'file') };
}

// In the training set the images of class `a` but for the first lie among those of `b`, and the test images of `a` beside
// that first one: whoever leaves out the image of the same name has no right neighbour left.
const trainAngles = angles(0, 20, 21, 22, 23, 24, 25, 26);
const testAngles = angles(0.5, 0.6, 0.7, 0.8, 23.4, 24.4, 25.4, 26.4);
const named = (what: string): string[] => labels.map((_, row) => `${what} ${row}`);

test('sets of the same names are two sets when their files are not the same', async (t) => {
  const train = await exported(t, trainAngles, named('train'));
  const other = await exported(t, testAngles, named('test'));
  const { metrics, notes, table } = await measured(t, {
    train,
    test: other,
    probe: 'l2',
    probeStrength: 1,
  });
  t.is(metrics['knn1_accuracy']!.value, 1);
  t.true('probe_l2_top1' in metrics, 'a probe may learn from one and be measured on the other');
  t.like(metrics['overlap'], { value: 0, n: 8 });
  t.deepEqual([notes, table], [[], []]);
});

test('the same images are left out one by one, from one folder or from two exports', async (t) => {
  const train = await exported(t, trainAngles, named('train'));
  const again = await exported(t, trainAngles, named('train'));
  const link = path.join(await temporaryFolder(t), 'link');
  await fs.symlink(train, link);
  for (const other of [train, link, again]) {
    const { metrics, notes, table, overlap } = await measured(t, { train, test: other });
    t.true(metrics['knn1_accuracy']!.value < 1, other);
    t.false('overlap' in metrics);
    t.deepEqual([notes, table, overlap], [[], [], null]);
    await t.throwsAsync(measured(t, { train, test: other, probe: 'l2' }), {
      message: /the same images/,
    });
  }
});

test('of exports that do not say what their images were, only copies are the same set', async (t) => {
  const train = await exported(t, trainAngles);
  const other = await exported(t, testAngles);
  for (const folder of [train, other]) await makeVersion1(folder);
  t.is((await measured(t, { train, test: other })).metrics['knn1_accuracy']!.value, 1);
  const copy = path.join(await temporaryFolder(t), 'copy');
  await fs.cp(train, copy, { recursive: true });
  const { overlap, metrics } = await measured(t, { train, test: copy });
  t.is(overlap, null);
  t.true(metrics['knn1_accuracy']!.value < 1);
});

test('test images that are training images are told, counted and listed', async (t) => {
  const train = await exported(t, trainAngles, named('train'));
  const files = named('test').with(2, 'train 0').with(5, 'train 7');
  const other = await exported(t, testAngles, files);
  const { metrics, notes, table, overlap } = await measured(t, { train, test: other });
  t.like(metrics['overlap'], { value: 0.25, n: 8 });
  t.like(metrics['vector_overlap'], { value: 0, n: 8 });
  t.like(overlap, { content: { images: 2, of: 8 } });
  const rows = [
    [2, 0, 'a', 'a'],
    [5, 7, 'b', 'b'],
  ] as const;
  t.deepEqual(
    table,
    rows.map(([test, train, testClass, trainClass]) => ({
      test_id: vectorId(test),
      test_class: testClass,
      train_id: vectorId(train),
      train_class: trainClass,
      by: 'content',
      train_images: 1,
    })),
  );
  t.is(notes.length, 1);
  t.regex(
    notes[0]!,
    /^2 of 8 test images are training images \(same file\): `train\/ä\/2\.jpg` is/,
  );
});

test('equal vectors of other files are told as that, and of unknown files as what they probably are', async (t) => {
  const same = angles(0, 1, 2, 3, 20, 21, 22, 23);
  const train = await exported(t, same, named('train'));
  const collapsed = await measured(t, { train, test: await exported(t, same, named('test')) });
  t.like(collapsed.metrics['overlap'], { value: 0, n: 8 });
  t.like(collapsed.metrics['vector_overlap'], { value: 1, n: 8 });
  t.is(collapsed.notes.length, 1);
  t.regex(
    collapsed.notes[0]!,
    /^8 of 8 test images have the vector .* from another file: images saved/,
  );
  t.notRegex(collapsed.notes[0]!, /are training images/);

  const unknown = await exported(t, angles(0, 1.5, 2.5, 3.5, 20.5, 21.5, 22.5, 23.5));
  const told = await measured(t, { train, test: unknown });
  t.like(told.metrics['vector_overlap'], { value: 0.125, n: 8 });
  t.like(told.metrics['overlap'], { value: null, n: 0 });
  t.regex(told.notes[0]!, /^1 of 8 test images .* probably a training image:/);
});

test('a test set without an image that can be scored is told before anything is measured', async (t) => {
  const train = await exported(t, trainAngles);
  const given = { projection: testAngles, size: 2 };
  const nameless = await writeVectorExport(t, { ...given, labels: labels.map(() => -1), classes });
  t.deepEqual((await measured(t, { train, test: nameless })).notes.slice(0, 1), [
    'nothing that compares test images with training classes can be measured: no test image has a class. ' +
      'Embed a folder with a sub-folder for each class, or name that column of a file: `FILE?label=COLUMN`',
  ]);
  const others = await writeVectorExport(t, { ...given, labels, classes: ['c', 'd'] });
  t.deepEqual((await measured(t, { train, test: others })).notes.slice(0, 1), [
    'nothing that compares test images with training classes can be measured: ' +
      'no test image is of a class with training images: ' +
      '`c`, `d` in the test set, `a`, `b` in training',
  ]);
});

test('sets whose images were prepared in different ways are measured, and that is told', async (t) => {
  const train = await exported(t, trainAngles, named('train'));
  const other = await exported(t, trainAngles, named('train'));
  const file = path.join(other, 'manifest.json');
  const manifest = JSON.parse(await fs.readFile(file, 'utf8')) as { preprocessing: object };
  const preprocessing = { ...manifest.preprocessing, exif: 'ignore' };
  await fs.writeFile(file, JSON.stringify({ ...manifest, preprocessing }));
  const { notes, metrics } = await measured(t, { train, test: other });
  t.is(notes.filter((text) => text.includes('prepared in different ways (`exif`)')).length, 1);
  // Two exports, not one that is left out of itself.
  t.like(metrics['overlap'], { value: 1, n: 8 });
});

test('results do not go into an export, which is continued with what it holds', async (t) => {
  const train = await exported(t, trainAngles, named('train'));
  const before = await fs.readdir(train);
  const error = await t.throwsAsync(measured(t, { train, test: train, out: train }), {
    message: /^Expected `out` to be a folder for results, got `.*`, which is an export of `embed`/u,
  });
  t.like(error, { code: 'ERR_CONFIG', options: ['out'] });
  t.deepEqual(await fs.readdir(train), before);
});
