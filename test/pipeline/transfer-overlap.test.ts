import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { tableFromIPC } from 'apache-arrow';
import { openMaterial } from '../../outputs/report/material/open-material.ts';
import { reportPage } from '../../outputs/report/write-report.ts';
import { train } from '../../pipeline/train.ts';
import { transfer } from '../../pipeline/transfer.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { tinyTraining } from '../helpers/pipeline-options.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test('either method of a transfer tells, counts and lists test images that are training images', async (t) => {
  const root = await temporaryFolder(t);
  const at = (...names: string[]): string => path.join(root, ...names);
  await writeImageTree(at('data/train'), [4, 4]);
  await writeImageTree(at('data/test'), [7, 7]);
  for (const name of ['a', 'b']) {
    await fs.rm(at('data/test', name, '000.png'));
  }
  await train(tinyTraining({ data: at('data'), split: 'train', out: at('run'), steps: 0 }));
  const given = { data: at('data'), model: at('run'), steps: 1, batchSize: 4, threads: 1 };
  const content = { images: 6, of: 12 };

  const out = at('tuned');
  const args = ['transfer', given.data, '--model', given.model, '--out', out, '--steps', '1'];
  const tuned = ['--batch-size', '4', '--threads', '1', '--method', 'fine-tuned'];
  const { exitCode, stderr } = await runCommandLine([...args, ...tuned]);
  t.is(exitCode, 0, stderr);
  const told = '6 of 12 test images are training images (same file): `a/001.png` is `a/001.png`.';
  t.is(stderr.split(told).length, 2, stderr);
  t.true(stderr.indexOf(told) < stderr.indexOf('fine-tuning'), 'before the first step');
  const summary = JSON.parse(await fs.readFile(path.join(out, 'summary.json'), 'utf8')) as object;
  t.like(summary, { overlap: { content, vector: { images: 0, of: 0 } } });
  const table = tableFromIPC(await fs.readFile(path.join(out, 'overlap.arrow')));
  t.deepEqual(
    [...table.getChild('test_id')!],
    ['a/001.png', 'a/002.png', 'a/003.png', 'b/001.png', 'b/002.png', 'b/003.png'],
  );

  const frozen = await transfer({ ...given, out: at('frozen'), method: 'frozen' });
  t.deepEqual(frozen.summary.overlap?.content, content);
  t.is(frozen.report.overlap.rows, 6);

  const { html, sections, notes } = await reportPage(await openMaterial([out, at('frozen')]));
  t.true(sections.includes('transfer'), notes.join('\n'));
  t.is(html.match(/: 6 test images are training images/gu)?.length, 2);
});
