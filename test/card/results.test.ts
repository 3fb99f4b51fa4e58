import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { type CardResults, type Cell, isWrong } from './results.ts';
import { saveResults } from './save-results.ts';
import type { Workload } from './workload.ts';

const work = { what: 'step', encoder: 'resnet50:imagenet', rows: 64, imageSize: 224 } as const;

function cell(ms: number, measured: Workload = work): Extract<Cell, { ms: number }> {
  return { ms, fastestMs: ms, count: 3, values: [1], work: measured };
}

function results(): CardResults {
  const contract = { passed: 9, failed: [], notRun: ['another'], closeness: 0.5, rounding: 10 };
  const loop: Workload = {
    what: 'loop',
    encoder: 'resnet18',
    images: 128,
    views: 2,
    imageSize: 32,
  };
  return {
    version: 1,
    started: '2026-11-29T00:00:00.000Z',
    finished: false,
    seconds: 12.3,
    machine: { cores: 16 },
    found: [{ name: 'onnx on cuda', words: 'not\nthere' }],
    peer: { torch: '2.15' },
    correctness: {
      a: { contract, training: { steps: 50, difference: 1e-6, tolerance: 1e-3 } },
      b: { contract, training: { notRun: 'time' } },
    },
    columns: ['a', 'b', 'PyTorch fp32'],
    rows: [
      {
        work,
        cells: {
          a: cell(1234.5),
          b: cell(7.891, { ...work, rows: 32 }),
          'PyTorch fp32': { failed: 'out of memory' },
        },
      },
      {
        work: loop,
        cells: { a: { ...cell(5), waiting: 0.125, imagesPerSecond: 999.6 }, b: { notRun: 'time' } },
      },
    ],
  };
}

test('the table says what was measured, in which size, and what was not run', async (t) => {
  const folder = path.join(await temporaryFolder(t), 'made');
  await saveResults(results(), folder);
  t.deepEqual((await fs.readdir(folder)).toSorted(), ['card.json', 'card.md']);
  const text = await fs.readFile(path.join(folder, 'card.md'), 'utf8');
  for (const part of [
    /12 s, not finished/u,
    /- onnx on cuda: not there/u,
    /a: engine contract, 9 passed, 0 failed, 1 not run: time; largest error 0\.50 of its tolerance, which is 10 ×/u,
    /a: training of 50 steps beside the `cpu` engine: losses differ by 1\.0e-6, allowed 1e-3/u,
    /b: training beside the reference, not run: time/u,
    /\| step, ResNet-50 \(ImageNet stem\), 64 × 224 px +\| +1235 \| +7\.89 at 32 \| out of memory \|/u,
    /\| +12\.5 % \(step 5\.00, 1000 images\/s\) \| +not run: time \| +– \|/u,
  ]) {
    t.regex(text, part);
  }
});

test('what was not looked at is not told as if it had been', async (t) => {
  const folder = path.join(await temporaryFolder(t), 'made');
  const { contract } = results().correctness['a']!;
  const none = { ...contract!, passed: 0, closeness: 0, notRun: ['one', 'two'] };
  await saveResults(
    { ...results(), peer: {}, finished: true, correctness: { a: { contract: none } } },
    folder,
  );
  const text = await fs.readFile(path.join(folder, 'card.md'), 'utf8');
  t.regex(text, /: 12 s\n/u);
  t.notRegex(text, /PyTorch: |largest error/u);
  t.regex(text, /a: engine contract, not run: time \(2 cases\)/u);
});

test('no time of a side that is wrong is shown', async (t) => {
  const message = 'weights: relative error 1, tolerance 0';
  const wrong: readonly ((of: CardResults) => void)[] = [
    ({ correctness: { a } }) => {
      a!.contract = { ...a!.contract!, failed: [{ title: 'sincere', message }] };
    },
    ({ correctness: { a } }) => (a!.training = { steps: 50, difference: 2, tolerance: 1 }),
    ({ correctness: { a } }) => (a!.training = { steps: 50, difference: NaN, tolerance: 1 }),
    ({ correctness: { a } }) => (a!.training = { failed: message }),
    ({ correctness: { a } }) => (a!.disagreements = ['a step']),
  ];
  const folder = await temporaryFolder(t);
  for (const change of wrong) {
    const found = results();
    change(found);
    t.deepEqual([isWrong(found, 'a'), isWrong(found, 'b')], [true, false]);
    await saveResults(found, folder);
    for (const name of ['card.json', 'card.md']) {
      const text = await fs.readFile(path.join(folder, name), 'utf8');
      t.regex(text, /wrong numbers/u);
      t.notRegex(text, /123[45]/u);
      t.regex(text, /7\.89/u);
    }
  }
});
