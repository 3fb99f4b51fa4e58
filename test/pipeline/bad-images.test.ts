import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { readQuarantine } from '../../outputs/tables/write-quarantine.ts';
import { train } from '../../pipeline/train.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { tinyTraining } from '../helpers/pipeline-options.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { notesOf } from '../helpers/told.ts';

/** A tree of images of which some are broken, and the way to repair them. */
async function brokenTree(t: ExecutionContext, broken: readonly string[]) {
  const root = await temporaryFolder(t);
  const data = path.join(root, 'data');
  await writeImageTree(data, [12, 12]);
  const whole = new Map<string, Buffer>();
  for (const id of broken) {
    whole.set(id, await fs.readFile(path.join(data, id)));
    await fs.writeFile(path.join(data, id), 'no image');
  }
  const repair = async (id: string): Promise<void> => {
    await fs.writeFile(path.join(data, id), whole.get(id)!);
  };
  return { root, data, repair };
}

const small = ['--image-size', '8', '--batch-size', '8', '--threads', '1', '--quiet'];

test('training says how many images it left out, and a run that they end lists them', async (t) => {
  const { root, data } = await brokenTree(t, ['a/000.png', 'a/003.png', 'b/001.png']);
  const out = path.join(root, 'run');
  const args = ['train', data, '--out', out, ...small, '--steps', '6'];
  const ended = await runCommandLine([...args, '--max-invalid', '0.1']);
  t.is(ended.exitCode, 1);
  const file = path.join(out, 'quarantine.arrow');
  t.regex(
    ended.stderr,
    /more than `--max-invalid 0\.1` allows.*raise the limit\. 3 images are listed in `.*quarantine\.arrow`/,
  );
  t.true(ended.stderr.includes(`\`${file}\``), ended.stderr);
  t.is((await readQuarantine(file)).length, 3);

  // The same limit again does not go on in silence.
  const again = await runCommandLine([...args, '--resume', '--max-invalid', '0.1']);
  t.is(again.exitCode, 1);
  t.regex(again.stderr, /3 of about 24 images could not be used before.*`--retry-bad`/);

  const done = await runCommandLine([...args, '--resume', '--max-invalid', '0.2']);
  t.is(done.exitCode, 0, done.stderr);
  t.true(
    done.stdout.includes(`3 images could not be used and were replaced, see ${file}\n`),
    done.stdout,
  );
  const nothing = await runCommandLine([...args, '--resume']);
  t.true(nothing.stdout.startsWith(`nothing to do: the run in ${out} is finished (6 steps; `));
});

test('a class without a usable image ends training, with the list of them', async (t) => {
  const all = Array.from({ length: 12 }, (_, at) => `b/${String(at).padStart(3, '0')}.png`);
  const { root, data } = await brokenTree(t, all);
  const out = path.join(root, 'run');
  const options = tinyTraining({ data, out, steps: 2, maxInvalid: 1 });
  await t.throwsAsync(async () => await train(options), {
    code: 'ERR_DATASET',
    message: /None of the 12 images of class `b`.*12 images are listed in `.*quarantine\.arrow`/s,
  });
});

test('images of a run are tried again from the resumed step on, and the repaired ones are used', async (t) => {
  const { root, data, repair } = await brokenTree(t, ['a/000.png', 'b/001.png']);
  const out = path.join(root, 'run');
  await train(tinyTraining({ data, out, steps: 6 }));
  const left = path.join(root, 'left');
  await fs.cp(out, left, { recursive: true });
  await repair('a/000.png');
  const longer = { data, steps: 12, resume: true, retryBad: true };
  t.true(
    (await notesOf(train(tinyTraining({ ...longer, out })))).some((text) =>
      text.startsWith(
        '2 images that could not be used are tried again when they come, from step 6',
      ),
    ),
  );
  const rows = await readQuarantine(path.join(out, 'quarantine.arrow'));
  t.deepEqual(
    rows.map(({ id }) => id),
    ['b/001.png'],
  );
  // The plan is a function of the seed: the same repair at the same step gives the same weights.
  const { recovered, bad } = await train(tinyTraining({ ...longer, out: left }));
  t.deepEqual([recovered, bad], [1, 1]);
  const last = 'checkpoints/step-00000012.safetensors';
  t.deepEqual(await fs.readFile(path.join(left, last)), await fs.readFile(path.join(out, last)));
});
