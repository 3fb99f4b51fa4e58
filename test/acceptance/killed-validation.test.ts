import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import test from 'ava';
import { seededRandom } from '../../operators/random.ts';
import type { TrainOptions } from '../../pipeline/options/train-options.ts';
import { train } from '../../pipeline/train.ts';
import { courseOfRun, validatedFiles } from '../helpers/course-of-run.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { programArguments } from '../helpers/project.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

// Processes that really die, at any time. `test/pipeline/parts/killed-validation.test.ts` breaks runs off in its own.
const isCampaign = process.env['CAMPAIGN'] === '1';
const kills = 20;

/** Trains in a process of its own, which is killed after so many milliseconds. @returns Whether it ended before. */
async function endedWithin(options: TrainOptions, ms: number): Promise<boolean> {
  const fixture = programArguments(new URL('../fixtures/train.ts', import.meta.url));
  const child = spawn(process.execPath, [...fixture, JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), ms);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearTimeout(timer);
  return code === 0;
}

test(`a run that is killed up to ${kills} times, at random, has the rows and the best of an unbroken one`, async (t) => {
  if (!isCampaign) {
    t.log('left out, as it takes minutes: `CAMPAIGN=1` kills processes');
    t.pass();
    return;
  }
  t.timeout(1_800_000);
  const root = await temporaryFolder(t);
  const data = path.join(root, 'data');
  await writeImageTree(data, [40, 30, 20]);
  const options = {
    data,
    engine: 'onnx',
    threads: 1,
    imageSize: 8,
    batchSize: 8,
    steps: 4000,
    validate: 0.2,
    validateEvery: 20,
    checkpointEvery: 7,
    ema: 0.99,
    patience: 40,
  } as const;
  const [unbroken, out] = [path.join(root, 'unbroken'), path.join(root, 'killed')];
  const first = await train({ ...options, out: unbroken });
  const seed = Date.now() % 1000;
  const random = seededRandom('kills', seed);
  let killed = 0;
  while (killed < kills) {
    const ended = await endedWithin({ ...options, out, resume: true }, 2000 + random.below(8000));
    if (ended) break;
    killed += 1;
  }
  const last = await train({ ...options, out, resume: true });
  t.log(`killed ${killed} times (seed ${seed}), ended by ${last.ended} at step ${last.steps}`);
  t.deepEqual([last.ended, last.steps, last.best], [first.ended, first.steps, first.best]);
  t.deepEqual(await courseOfRun(out, validatedFiles), await courseOfRun(unbroken, validatedFiles));
});
