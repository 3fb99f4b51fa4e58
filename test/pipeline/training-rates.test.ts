import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { learningRateAt } from '../../operators/model/learning-rate.ts';
import { checkpointName } from '../../outputs/run/checkpoints.ts';
import { readRun } from '../../outputs/run/read-run.ts';
import type { TrainOptions } from '../../pipeline/options/train-options.ts';
import { train } from '../../pipeline/train.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { notesOf, stepsOf } from '../helpers/told.ts';

const tiny = { imageSize: 8, batchSize: 8, threads: 1 } as const;

async function images(t: ExecutionContext): Promise<{ out: string; data: string }> {
  const root = await temporaryFolder(t);
  const data = path.join(root, 'data');
  await writeImageTree(data, [9, 9]);
  return { out: path.join(root, 'run'), data };
}

test('a run follows its schedule, which stands in its configuration and goes on with it', async (t) => {
  const { out, data } = await images(t);
  const options: TrainOptions = { data, out, ...tiny, learningRate: 0.1, steps: 2 };
  const restarts = { schedule: 'restarts', restartPeriod: 2, restartFactor: 1 } as const;
  const first = await stepsOf(train({ ...options, ...restarts }));
  const curve = { name: 'restarts', restartPeriod: 2, restartFactor: 1 } as const;
  t.deepEqual((await readRun(out)).config['schedule'], curve);
  const others = await stepsOf(train({ out, resume: true, steps: 4 }));
  const rates = [...first, ...others].map(({ learningRate }) => learningRate);
  const expected = [0, 1, 2, 3].map((step) => learningRateAt(step, { peak: 0.1, steps: 4, curve }));
  t.deepEqual(rates, expected);
  t.is(rates[2], rates[0]);
  await t.throwsAsync(train({ out, resume: true, restartPeriod: 3 }), {
    code: 'ERR_CONFIG',
    message: /other options: `restartPeriod`: 2 before, 3 now/u,
  });
});

test('a scaled rate is told, stands in the configuration as it is used, and goes on', async (t) => {
  const { out, data } = await images(t);
  const options: TrainOptions = { data, out, ...tiny, learningRate: 0.32, steps: 1 };
  const notes = await notesOf(train({ ...options, scaleRate: true, schedule: 'constant' }));
  t.true(
    notes.includes(
      'the peak learning rate is 0.01, scaled to updates of 8 images from those of 256',
    ),
  );
  t.is((await readRun(out)).config['learningRate'], 0.01);
  const [step] = await stepsOf(train({ out, resume: true, steps: 2 }));
  t.is(step!.learningRate, 0.01);
  await t.throwsAsync(train({ out, resume: true, scaleRate: false }), {
    code: 'ERR_CONFIG',
    message: /other options: `scaleRate`: true before, false now/u,
  });
});

test('gradients of several batches make one update, and a run that is cut in between goes on to the same bits', async (t) => {
  const { out, data } = await images(t);
  const updates = { accumulate: 3, ema: 0.9, checkpointEvery: 2 } as const;
  const notes = await notesOf(
    train({ data, out, ...tiny, ...updates, epochs: 2, scaleRate: true, learningRate: 0.32 }),
  );
  // 18 images in batches of 8 are 3 steps a pass.
  t.true(notes.some((text) => text.startsWith('an update every 3 batches, 2 in 6 steps:')));
  const { config, checkpoint } = await readRun(out);
  t.like(config, { accumulate: 3, steps: 6, learningRate: 0.03 });
  t.true(
    [...checkpoint.accumulated!.values()].every(({ data: sums }) => sums.every((x) => x === 0)),
  );
  const between = (await readRun(out, 4)).checkpoint;
  t.false([...between.accumulated!.values()].every(({ data: sums }) => sums.every((x) => x === 0)));
  // Before the first update the optimizer has not moved.
  const { momentum } = (await readRun(out, 2)).checkpoint;
  t.true([...momentum.values()].every(({ data: buffer }) => buffer.every((x) => x === 0)));

  const last = path.join(out, 'checkpoints', checkpointName(6));
  const unbroken = await fs.readFile(last);
  await fs.rm(last);
  t.is((await train({ out, resume: true })).stepsDone, 2);
  t.deepEqual(await fs.readFile(last), unbroken);
  // Passes come up to whole updates: 4 of 3 steps are, 5 of 2 would not be.
  t.is((await train({ out, resume: true, epochs: 4 })).steps, 12);
});

test('an update that a run would never make is refused', async (t) => {
  const line = ['train', 'data', '--out', 'run', '--quiet', '--accumulate', '4', '--steps', '6'];
  const { stderr } = await runCommandLine(line);
  t.regex(
    stderr,
    /`--steps` to be a multiple of `--accumulate`, so that the last update is whole, got `6`/u,
  );
});

test('numbers of a schedule are refused with another one', async (t) => {
  const line = ['train', 'data', '--out', 'run', '--quiet'];
  const refused = async (...flags: string[]): Promise<string> =>
    (await runCommandLine([...line, ...flags])).stderr;
  t.regex(
    await refused('--milestones', '0.5,0.7'),
    /`--milestones` to be absent without `--schedule step`/u,
  );
  t.regex(
    await refused('--schedule', 'step', '--restart-period', '5'),
    /`--restart-period` to be absent without `--schedule restarts`/u,
  );
  t.regex(
    await refused('--schedule', 'step', '--milestones', '0.7,0.5'),
    /`--milestones` to be rising numbers above 0 and below 1, such as `0\.6,0\.75,0\.9`/u,
  );
});
