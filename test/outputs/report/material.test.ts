import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { writeAtomicJson } from '../../../operators/files/atomic-file.ts';
import { writeComparison } from '../../../outputs/tables/comparison-files.ts';
import { openMaterial } from '../../../outputs/report/material/open-material.ts';
import {
  changeJson,
  madeHashes,
  writeMadeDemo,
  writeMadeEvaluation,
  writeMadeRun,
} from '../../helpers/report-files.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const row = {
  baseline: 'a',
  model: 'b',
  metric: 'margin',
  class: null,
  baselineValue: 0.1,
  modelValue: 0.3,
  difference: 0.2,
  ciLow: 0.1,
  ciHigh: 0.3,
  p: 0,
  runsLow: null,
  runsHigh: null,
  significant: true,
  n: 9,
  runs: 1,
};

test('results of a folder are recognised by their own files, and named below it', async (t) => {
  const root = await temporaryFolder(t);
  await writeMadeDemo(root);
  await writeComparison(path.join(root, 'sides'), [row, { ...row, class: 'x' }], { images: '9' });
  for (const [name, format] of [
    ['odd', 'suspects'],
    ['copies', 'duplicates'],
    ['near', 'neighbours'],
    ['next', 'selection'],
    ['moved', 'drift'],
    ['birds', 'transfer'],
  ] as const) {
    await fs.mkdir(path.join(root, name));
    await writeAtomicJson(path.join(root, name, 'summary.json'), { format: `sincere-${format}` });
  }
  // Models of others have a configuration too, and images are no result.
  await fs.mkdir(path.join(root, 'model'));
  await writeAtomicJson(path.join(root, 'model', 'config.json'), { architectures: ['ViT'] });
  const material = await openMaterial([root]);
  const names = (found: readonly { readonly name: string }[]): readonly string[] =>
    found.map(({ name }) => name);
  t.deepEqual(names(material.runs), ['sincere/run', 'supcon/run']);
  t.deepEqual(names(material.exports), [
    'sincere/test',
    'sincere/train',
    'supcon/test',
    'supcon/train',
  ]);
  t.deepEqual(names(material.evaluations), ['sincere/evaluation', 'supcon/evaluation']);
  t.deepEqual(names(material.comparisons), ['sides']);
  t.deepEqual(material.comparisons[0]!.rows, [row]);
  t.is(material.comparisons[0]!.metadata.get('images'), '9');
  for (const [kind, name] of [
    ['suspects', 'odd'],
    ['duplicates', 'copies'],
    ['neighbours', 'near'],
    ['selections', 'next'],
    ['drifts', 'moved'],
    ['transfers', 'birds'],
  ] as const) {
    t.deepEqual(names(material[kind]), [name], kind);
  }
  t.deepEqual(material.notes, []);
});

test('evaluations, exports and runs belong together by the hashes in their files', async (t) => {
  const root = await temporaryFolder(t);
  await writeMadeDemo(root);
  const { runs, exports, evaluations } = await openMaterial([root]);
  t.deepEqual(
    runs.map(({ label }) => label),
    ['SINCERE', 'SupCon'],
  );
  t.deepEqual(
    exports.map(({ run }) => run?.name),
    ['sincere/run', 'sincere/run', 'supcon/run', 'supcon/run'],
  );
  t.deepEqual(
    evaluations.map(({ label, run, train, test: of }) => [label, run?.name, train?.name, of?.name]),
    [
      ['SINCERE', 'sincere/run', 'sincere/train', 'sincere/test'],
      ['SupCon', 'supcon/run', 'supcon/train', 'supcon/test'],
    ],
  );
});

test('an evaluation of weights that are in no run has the name of its folder', async (t) => {
  const root = await temporaryFolder(t);
  await writeMadeEvaluation(path.join(root, 'x'), { lean: 0.2 });
  await writeMadeRun(path.join(root, 'run'), { loss: 'sincere' });
  const { evaluations } = await openMaterial([root]);
  t.is(evaluations[0]!.label, 'x');
  t.is(evaluations[0]!.run, undefined);
});

test('runs of a loss are told apart by the choices in which they differ, but not by their seeds', async (t) => {
  const root = await temporaryFolder(t);
  const made = async (name: string, run: Parameters<typeof writeMadeRun>[1]): Promise<void> => {
    await writeMadeRun(path.join(root, name), run);
  };
  await made('a', { loss: 'sincere' });
  await made('b', { loss: 'sincere', seed: 1 });
  await made('c', { loss: 'sincere', temperature: 0.05 });
  await made('d', { loss: 'sincere', steps: 0 });
  await made('e', { loss: 'own-loss' });
  const { runs } = await openMaterial([root]);
  t.deepEqual(
    runs.map(({ encoder, label }) => [encoder, label]),
    [
      ['SINCERE, temperature 0.1', 'SINCERE, temperature 0.1 (a)'],
      ['SINCERE, temperature 0.1', 'SINCERE, temperature 0.1 (b)'],
      ['SINCERE, temperature 0.05', 'SINCERE, temperature 0.05'],
      ['untrained', 'untrained'],
      ['own-loss', 'own-loss'],
    ],
  );
});

test('runs that differ only by their seed are compared as one encoder, in pairs of a seed', async (t) => {
  const root = await temporaryFolder(t);
  for (const [name, loss, seed, lean] of [
    ['s0', 'sincere', 0, 0.3],
    ['s1', 'sincere', 1, 0.31],
    ['c1', 'supcon', 1, 0.11],
    ['c0', 'supcon', 0, 0.1],
  ] as const) {
    const modelHash = await writeMadeRun(path.join(root, name), { loss, seed });
    await writeMadeEvaluation(path.join(root, name, 'evaluation'), { lean, modelHash });
  }
  const { paired } = await openMaterial([root]);
  t.deepEqual(
    paired!.encoders.map(({ name, evaluations }) => [name, evaluations.map((one) => one.name)]),
    [
      ['SupCon', ['c0/evaluation', 'c1/evaluation']],
      ['SINCERE', ['s0/evaluation', 's1/evaluation']],
    ],
  );
  t.is(paired!.images, 200);
  t.true(
    paired!.rows.every(({ runs, baseline, model }) => {
      return runs === 2 && baseline === 'SupCon' && model === 'SINCERE';
    }),
  );
});

test('evaluations of the same weights again are no other training runs', async (t) => {
  const root = await temporaryFolder(t);
  for (const loss of ['sincere', 'supcon']) {
    const modelHash = await writeMadeRun(path.join(root, loss), { loss, seed: 0 });
    for (const [at, name] of ['evaluation', 'evaluation-again'].entries()) {
      const lean = 0.1 + at / 100;
      await writeMadeEvaluation(path.join(root, loss, name), { lean, modelHash });
    }
  }
  const { paired } = await openMaterial([root]);
  t.is(paired!.encoders.length, 4);
  t.true(paired!.rows.every(({ runs }) => runs === 1));
});

test('evaluations of other test images are not compared, which is told', async (t) => {
  const root = await temporaryFolder(t);
  const made = async (name: string, testHash: string): Promise<void> =>
    await writeMadeEvaluation(path.join(root, name), { lean: 0.1, key: name, testHash });
  await made('a', madeHashes.test);
  await made('b', madeHashes.test);
  await made('c', madeHashes.train);
  const { paired, notes } = await openMaterial([root]);
  t.deepEqual(
    paired!.encoders.map(({ name }) => name),
    ['a', 'b'],
  );
  t.regex(notes.join('\n'), /1 of 3 evaluations are of other test images/u);
});

test('names are below what all of it lies in, wherever it was called from', async (t) => {
  const root = await temporaryFolder(t);
  await writeMadeDemo(root);
  const names = async (...given: string[]): Promise<readonly string[]> => {
    const { evaluations } = await openMaterial(given.map((one) => `${root}/supcon/../${one}`));
    return evaluations.map(({ name }) => name);
  };
  t.deepEqual(await names('sincere/evaluation'), ['evaluation']);
  t.deepEqual(await names('sincere/evaluation/summary.json'), ['evaluation']);
  t.deepEqual(await names('sincere'), ['evaluation']);
  t.deepEqual(await names('supcon/evaluation', 'sincere/evaluation'), [
    'supcon/evaluation',
    'sincere/evaluation',
  ]);
  // What is given twice is read once.
  t.deepEqual(await names('sincere', 'sincere/evaluation'), ['sincere/evaluation']);
});

test('a damaged result is an error where it is given, and told where it is found', async (t) => {
  const root = await temporaryFolder(t);
  await writeMadeDemo(root);
  const damaged = path.join(root, 'supcon', 'evaluation');
  await changeJson(path.join(damaged, 'summary.json'), (summary) => ({
    ...summary,
    metrics: 1,
  }));
  await fs.writeFile(path.join(root, 'sincere', 'run', 'config.json'), '{');
  const error = await t.throwsAsync(openMaterial([damaged]), { code: 'ERR_FORMAT' });
  t.regex(error.message, /metrics/u);
  await t.throwsAsync(openMaterial([path.join(root, 'sincere', 'run')]), { code: 'ERR_FORMAT' });
  const { evaluations, runs, notes } = await openMaterial([root]);
  t.is(evaluations.length, 1);
  t.is(runs.length, 1);
  t.is(notes.length, 2);
  t.regex(notes.join('\n'), /supcon\/evaluation\/summary\.json was left out/u);
  t.regex(notes.join('\n'), /sincere\/run\/config\.json was left out/u);
  t.false(notes.join('\n').includes(root), notes.join('\n'));
});

test('what holds no result, and what is not there, is refused with the way out', async (t) => {
  const root = await temporaryFolder(t);
  await fs.mkdir(path.join(root, 'images', 'cat'), { recursive: true });
  await fs.writeFile(path.join(root, 'x.txt'), '');
  await t.throwsAsync(openMaterial([root]), { code: 'ERR_FORMAT', message: /holds no run/u });
  await t.throwsAsync(openMaterial([path.join(root, 'x.txt')]), { code: 'ERR_FORMAT' });
  await t.throwsAsync(openMaterial([path.join(root, 'y')]), { code: 'ERR_READ' });
});

test('links are not followed, so that nothing outside is read', async (t) => {
  const [root, other] = [await temporaryFolder(t), await temporaryFolder(t)];
  await writeMadeEvaluation(path.join(root, 'a'), { lean: 0.1 });
  await writeMadeEvaluation(path.join(other, 'b'), { lean: 0.1 });
  await fs.symlink(other, path.join(root, 'link'), 'dir');
  const { evaluations } = await openMaterial([root]);
  t.deepEqual(
    evaluations.map(({ name }) => name),
    ['a'],
  );
});
