import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { TrainOptions } from '../../pipeline/options/train-options.ts';
import { train } from '../../pipeline/train.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { notesOf } from '../helpers/told.ts';

const tiny = { imageSize: 8, batchSize: 8, threads: 1, checkpointEvery: 4 } as const;

async function images(t: ExecutionContext): Promise<{ root: string; data: string }> {
  const root = await temporaryFolder(t);
  const data = path.join(root, 'data');
  await writeImageTree(data, [9, 9]);
  return { root, data };
}

/** Everything of a run that the same course leaves alike. */
async function courseOf(out: string): Promise<readonly Buffer[]> {
  const newest = (await fs.readdir(path.join(out, 'checkpoints'))).sort().at(-1)!;
  const files = ['metrics.arrows', path.join('checkpoints', newest), 'encoder.onnx'];
  return await Promise.all(files.map((name) => fs.readFile(path.join(out, name))));
}

async function configOf(out: string): Promise<Record<string, unknown>> {
  const text = await fs.readFile(path.join(out, 'config.json'), 'utf8');
  return JSON.parse(text) as Record<string, unknown>;
}

test('a run is extended from its folder alone, twice, and is then the same each time', async (t) => {
  const { root, data } = await images(t);
  const [out, other] = [path.join(root, 'run'), path.join(root, 'other')];
  for (const folder of [out, other]) {
    await train({ data, out: folder, ...tiny, steps: 4, seed: 3 });
    const more: TrainOptions = { out: folder, resume: true, steps: 8 };
    const notes = await notesOf(train(more));
    t.true(
      notes.some((text) => text.startsWith('extended at step 4 from 4 to 8 steps: from here')),
    );
    // By passes: 18 images in batches of 8 are 3 steps a pass.
    const { steps, stepsDone } = await train({ out: folder, resume: true, epochs: 4 });
    t.deepEqual([steps, stepsDone], [12, 4]);
  }
  t.deepEqual(await courseOf(other), await courseOf(out));
  const saved = await configOf(out);
  t.like(saved, {
    extended: [
      { at: 4, from: 4, to: 8 },
      { at: 8, from: 8, to: 12 },
    ],
    config: { steps: 12, seed: 3 },
    options: { steps: null, epochs: 4, data, seed: 3 },
  });

  // Continued once more it has nothing to do, and needs no option of its past.
  const again = await runCommandLine(['train', '--resume', '--out', out, '--quiet']);
  t.is(again.exitCode, 0, again.stderr);
  t.true(again.stdout.startsWith(`nothing to do: the run in ${out} is finished (12 steps; more`));
  t.deepEqual(await courseOf(out), await courseOf(other));

  const fewer = await runCommandLine([
    'train',
    '--resume',
    '--out',
    out,
    '--steps',
    '4',
    '--quiet',
  ]);
  t.is(fewer.exitCode, 1);
  t.regex(
    fewer.stderr,
    /has `--steps 12`, and cannot be continued with `--steps 4`: .* may rise, not fall/,
  );
  const changed = await runCommandLine([
    'train',
    '--resume',
    '--out',
    out,
    '--seed',
    '4',
    '--quiet',
  ]);
  t.is(changed.exitCode, 1);
  // Quiet, it says nothing but what is wrong: of a location it knows which is meant, however it was written.
  t.is(
    changed.stderr,
    `error: The run in \`${out}\` was begun with other options: \`--seed\`: 3 before, 4 now. ` +
      'Continue with the same, or choose another folder.\n',
  );
  await t.throwsAsync(
    train({ out, resume: true, loss: 'supcon', temperature: 0.3, augmentation: 'plain' }),
    {
      message:
        /other options: `augmentation`: "paper" before, "plain" now; `loss`: "\w+" before, "supcon" now; `temperature`: /u,
    },
  );
});

test('a run whose newest checkpoint is lost repeats its steps as they were before the extension', async (t) => {
  const { root, data } = await images(t);
  const [out, unbroken] = [path.join(root, 'run'), path.join(root, 'unbroken')];
  for (const folder of [out, unbroken]) {
    await train({ data, out: folder, ...tiny, steps: 8 });
    await train({ out: folder, resume: true, steps: 12 });
  }
  for (const step of ['08', '12']) {
    await fs.truncate(path.join(out, 'checkpoints', `step-000000${step}.safetensors`), 50);
  }
  t.is((await train({ out, resume: true })).stepsDone, 8);
  t.deepEqual(await courseOf(out), await courseOf(unbroken));
});

test('the configuration of a run makes another like it, and flags win over it', async (t) => {
  const { root, data } = await images(t);
  const out = path.join(root, 'run');
  await train({ data, out, ...tiny, epochs: 1, views: 3 });
  const config = path.join(out, 'config.json');
  const like = path.join(root, 'like');
  const args = ['train', '--config', config, '--quiet', '--out'];
  const same = await runCommandLine([...args, like]);
  t.is(same.exitCode, 0, same.stderr);
  t.deepEqual(await courseOf(like), await courseOf(out));
  const other = path.join(root, 'other');
  const longer = await runCommandLine([...args, other, '--steps', '4', '--views', '2']);
  t.is(longer.exitCode, 0, longer.stderr);
  t.like(await configOf(other), { config: { steps: 4, views: 2, batchSize: 8 } });

  const without = await runCommandLine(['train', '--config', config]);
  t.is(without.exitCode, 2);
  t.regex(without.stderr, /^error: Expected `--out` to be a path, got nothing\n/);
  const wrongVerb = await runCommandLine(['embed', '--config', config, '--out', like]);
  t.regex(wrongVerb.stderr, /`embed` has no option `views` in/);
});

test('a run that is not there is not continued from its folder alone', async (t) => {
  const out = path.join(await temporaryFolder(t), 'run');
  const { exitCode, stderr } = await runCommandLine(['train', '--resume', '--out', out]);
  t.is(exitCode, 2);
  t.true(
    stderr.startsWith(
      `error: Expected \`DATA\` to be a path, got nothing, and \`${out}\` holds no run`,
    ),
    stderr,
  );
});
