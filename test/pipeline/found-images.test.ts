import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { ExitCode } from '../../pipeline/commands/program.ts';
import { foundImages } from '../../pipeline/parts/opening-notes.ts';
import { listedDataset } from '../helpers/listed-dataset.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test('the images are told with the smallest and the largest class', (t) => {
  t.is(foundImages(listedDataset([2, 2])), 'listed: 4 images of 2 classes, 2 each');
  t.is(
    foundImages(listedDataset([0, 3, 1, 1500])),
    'listed: 1,504 images of 3 of 4 classes, from 1 (`class-00002`) to 1,500 (`class-00003`)',
  );
  t.is(foundImages(listedDataset([1])), 'listed: 1 image of 1 class');
  t.is(foundImages({ ...listedDataset([2]), classes: [] }), 'listed: 2 images without classes');
});

/** Lines on stderr, the folder called `DIR`. */
const told = async (folder: string, args: readonly string[]) => {
  const tiny = ['--batch-size', '4', '--engine', 'cpu', '--json'];
  const { exitCode, stderr } = await runCommandLine([...args, ...tiny]);
  const lines = stderr.replaceAll(folder, 'DIR').replaceAll(/on cpu \(.*\)/gu, 'on ENGINE');
  return { exitCode, lines: lines.trim().split('\n') };
};

const photos = async (t: ExecutionContext): Promise<string> => {
  const folder = await temporaryFolder(t);
  await writeImageTree(path.join(folder, 'photos', 'train'), [3, 1]);
  return folder;
};

test('training and export begin with what they found, then tell what was left out, quiet only this', async (t) => {
  const folder = await photos(t);
  const [data, run] = [path.join(folder, 'photos'), path.join(folder, 'run')];
  await fs.writeFile(path.join(data, 'train', 'a', 'notes.txt'), '');
  const images = ['DIR/photos/train: 4 images of 2 classes, from 1 (`b`) to 3 (`a`)'];
  const found = [...images, 'left out 1 of 5 files by its name, `a/notes.txt`'];
  const given = [data, '--split', 'train'];

  const size = ['--image-size', '8', '--steps', '0'];
  t.deepEqual(await told(folder, ['train', ...given, '--out', run, ...size]), {
    exitCode: 0,
    lines: [...found, 'training resnet8, 89,872 parameters: 0 steps, 1 an epoch; on ENGINE'],
  });
  const out = path.join(folder, 'vectors');
  t.deepEqual(await told(folder, ['embed', ...given, '--model', run, '--out', out]), {
    exitCode: 0,
    lines: [...found, 'encoding 4 images with DIR/run: embedding 64, projection 128; on ENGINE'],
  });
  const again = ['embed', ...given, '--model', run, '--out', path.join(folder, 'again')];
  t.deepEqual(await told(folder, [...again, '--quiet']), { exitCode: 0, lines: found.slice(1) });
});

const mistaken = test.macro(
  async (t, words: readonly string[], exitCode: ExitCode, message: RegExp) => {
    const folder = await photos(t);
    const given = ['train', path.join(folder, 'photos'), '--out', path.join(folder, 'run')];
    const ended = await told(folder, [...given, ...words]);
    t.is(ended.exitCode, exitCode);
    t.regex(ended.lines.join('\n'), message);
    t.false((await fs.readdir(folder)).includes('run'), 'nothing is written');
  },
);

const train = ['--split', 'train', '--steps', '3'];
test(
  'more classes of a batch than there are is a mistake in the options',
  mistaken,
  [...train, '--classes-per-batch', '3'],
  2,
  /error: Expected `--classes-per-batch` to be an integer from 2 to 2 .*, got `3`/u,
);
test(
  'so is a warm-up that is longer than the run',
  mistaken,
  [...train, '--warmup-steps', '100'],
  2,
  /error: Expected `--warmup-steps` to be at most the steps of the run, 3, got `100`/u,
);
test(
  'so is a path in the place of a split',
  mistaken,
  ['--split', 'a/b'],
  2,
  /error: Expected `--split` to be the name of a folder, not a path, got `a\/b`/u,
);
test('a classifier needs classes', async (t) => {
  const folder = await photos(t);
  const data = path.join(folder, 'photos', 'train', 'a');
  const words = ['train', data, '--out', path.join(folder, 'run'), '--loss', 'cross-entropy'];
  const { exitCode, lines } = await told(folder, words);
  t.is(exitCode, 1);
  t.regex(lines.join('\n'), /error: Training needs classes, but `000\.png` .*`--loss infonce`/u);
});

test('a setting of drawn images that is out of its range is a mistake in the options', async (t) => {
  const out = path.join(await temporaryFolder(t), 'run');
  const words = ['train', 'synthetic:shapes?size=4', '--out', out];
  const { exitCode, lines } = await told('none', words);
  t.is(exitCode, 2);
  t.is(
    lines[0],
    'error: Expected `size` to be an integer from 8 to 1024, got `4`, in `DATA`: `synthetic:shapes?size=4`',
  );
});
