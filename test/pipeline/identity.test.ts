import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { sharp } from '../../operators/image/sharp-setup.ts';
import { embed } from '../../pipeline/embed.ts';
import { evaluate } from '../../pipeline/evaluate.ts';
import { fixturePath, imagenetSidecar } from '../helpers/model-fixtures.ts';
import { tinyExport } from '../helpers/pipeline-options.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { notesOf } from '../helpers/told.ts';

const hues = [
  [220, 30, 30],
  [30, 200, 40],
  [40, 60, 220],
  [220, 210, 40],
  [190, 40, 200],
  [30, 200, 210],
  [240, 140, 20],
  [120, 120, 120],
] as const;

/** `root/{a,b}/0.png` to `3.png`, each of one colour: the same names whatever the colours. */
async function writeHues(root: string, darker: number): Promise<string> {
  for (const [at, [red, green, blue]] of hues.entries()) {
    const folder = path.join(root, 'ab'[Math.floor(at / 4)]!);
    await fs.mkdir(folder, { recursive: true });
    const dark = (value: number): number => Math.max(0, value - darker);
    const background = { r: dark(red), g: dark(green), b: dark(blue) };
    await sharp({ create: { width: 32, height: 32, channels: 3, background } })
      .png()
      .toFile(path.join(folder, `${at % 4}.png`));
  }
  return root;
}

/** A model, and exports of folders by it. */
async function encoder(t: ExecutionContext) {
  const root = await temporaryFolder(t);
  const model = path.join(root, 'model.onnx');
  await fs.copyFile(fixturePath('resnet.onnx'), model);
  await fs.writeFile(path.join(root, 'model.json'), JSON.stringify(imagenetSidecar));
  const at = (name: string): string => path.join(root, name);
  const exported = async (data: string, out: string, rest = {}): Promise<string> => {
    await embed(tinyExport({ data: at(data), model, out: at(out), ...rest }));
    return at(out);
  };
  const evaluated = async (train: string, test: string) => {
    const sets = { train: at(train), test: at(test), out: at('evaluation') };
    const run = evaluate({ ...sets, layer: 'embedding', k: [1], bootstrap: 0, threads: 1 });
    const notes = await notesOf(run);
    const text = await fs.readFile(at('evaluation/summary.json'), 'utf8');
    const { metrics } = JSON.parse(text) as { metrics: Record<string, { value: number }> };
    return { knn1: metrics['knn1_accuracy']!.value, overlap: metrics['overlap']?.value, notes };
  };
  return { at, exported, evaluated };
}

test('splits of the same file names are measured against each other', async (t) => {
  const { at, exported, evaluated } = await encoder(t);
  await writeHues(at('same/train'), 0);
  await writeHues(at('same/test'), 3);
  for (const split of ['train', 'test']) await exported('same', split, { split });
  t.deepEqual(await evaluated('train', 'test'), { knn1: 1, overlap: 0, notes: [] });
  await fs.rename(at('same/test/a/0.png'), at('same/test/a/other.png'));
  await exported('same', 'renamed', { split: 'test' });
  t.is((await evaluated('train', 'renamed')).knn1, 1);
});

test('a part of the training images is no test set, and is told', async (t) => {
  const { at, exported, evaluated } = await encoder(t);
  await writeHues(at('whole'), 0);
  await exported('whole', 'train');
  await exported('whole', 'some', { limit: 2 });
  const { knn1, overlap, notes } = await evaluated('train', 'some');
  t.deepEqual([knn1, overlap], [1, 1]);
  t.is(notes.length, 1);
  t.regex(notes[0]!, /^4 of 4 test images are training images \(same file\)/);
});

test('the same file under another class, and copies in one set, are told', async (t) => {
  const { at, exported, evaluated } = await encoder(t);
  await writeHues(at('whole'), 0);
  await exported('whole', 'train');
  await fs.copyFile(at('whole/a/0.png'), at('whole/b/9.png'));
  await exported('whole', 'more');
  const [overlap] = (await evaluated('train', 'more')).notes;
  t.regex(overlap!, /^9 of 9 test images are training images .* 1 of them has another class there/);
  t.true(overlap!.includes('`b/9.png` is of `b`, `a/0.png` of `a`.'), overlap);
  t.deepEqual((await evaluated('more', 'more')).notes, [
    '2 of 9 images stand in this set more than once (same file): `b/9.png` is `a/0.png`. No image finds itself, but ' +
      'these find their copies, and are measured all the same.',
  ]);
});

test('an export is not resumed onto other pictures under the same names', async (t) => {
  const { at, exported } = await encoder(t);
  await writeHues(at('A'), 0);
  const out = await exported('A', 'out');
  await fs.rm(at('A'), { recursive: true });
  await writeHues(at('A'), 40);
  await t.throwsAsync(exported('A', 'out', { resume: true }), {
    code: 'ERR_CONFIG',
    message: new RegExp(`^\`${out}\` belongs to other images: \`./..png\` has other bytes`),
  });
});
