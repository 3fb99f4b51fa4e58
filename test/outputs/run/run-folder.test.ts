import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import { concatMap, from, lastValueFrom, type Observable, of, throwError, toArray } from 'rxjs';
import type { PipelineError } from '../../../operators/errors.ts';
import type { StepResult } from '../../../operators/step/step-result.ts';
import { checkpointName } from '../../../outputs/run/checkpoints.ts';
import { openRunFolder, type RunFolder } from '../../../outputs/run/run-folder.ts';
import { readRun } from '../../../outputs/run/read-run.ts';
import { saveCheckpoints } from '../../../outputs/run/save-checkpoints.ts';
import { writeMetrics } from '../../../outputs/run/write-metrics.ts';
import { independentReaders } from '../../helpers/independent-readers.ts';
import { project } from '../../helpers/project.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { madeUpState, madeUpStep } from '../../helpers/training-cases.ts';

const config = { seed: 1, optimizer: { learningRate: 0.1 }, steps: 20, hint: undefined };
const every = 4;

function steps(first: number, end: number): Observable<StepResult> {
  return from(Array.from({ length: end - first }, (_, at) => first + at)).pipe(
    concatMap(async (step) => {
      const state = (step + 1) % every === 0 ? madeUpState(step + 1) : undefined;
      return madeUpStep(step, state);
    }),
  );
}

/** Trains from where the run stands until step `end`, as the pipeline composes it. */
async function trainUntil(run: RunFolder, end: number): Promise<StepResult[]> {
  const steps$ = steps(run.checkpoint?.step ?? 0, end);
  return await lastValueFrom(steps$.pipe(writeMetrics(run), saveCheckpoints(run), toArray()));
}

async function unbrokenMetrics(folder: string, end: number): Promise<Buffer> {
  const run = await openRunFolder(folder, { config });
  await trainUntil(run, end);
  await run.close();
  return await fs.readFile(path.join(folder, 'metrics.arrows'));
}

test('a run killed after any step continues to the same metrics and checkpoints', async (t) => {
  const root = await temporaryFolder(t);
  const whole = path.join(root, 'whole');
  const expected = await unbrokenMetrics(whole, 12);
  const names = [4, 8, 12].map(checkpointName);
  t.deepEqual(await fs.readdir(path.join(whole, 'checkpoints')), names);
  for (const kill of [0, 1, 3, 4, 5, 8, 11, 12]) {
    const killed = path.join(root, `killed-${kill}`);
    const first = await openRunFolder(killed, { config });
    if (kill > 0) await trainUntil(first, kill);
    const left = path.join(root, `left-${kill}`);
    await fs.cp(killed, left, { recursive: true });
    await fs.rm(path.join(left, '.lock'));
    await first.close();
    await fs.appendFile(path.join(left, 'metrics.arrows'), 'half a row');
    const run = await openRunFolder(left, { config, resume: true });
    t.is(run.checkpoint?.step ?? 0, Math.floor(kill / every) * every);
    if (kill < 12) await trainUntil(run, 12);
    await run.close();
    t.deepEqual(await fs.readFile(path.join(left, 'metrics.arrows')), expected, `at ${kill}`);
    for (const name of names) {
      t.deepEqual(
        await fs.readFile(path.join(left, 'checkpoints', name)),
        await fs.readFile(path.join(whole, 'checkpoints', name)),
      );
    }
  }
});

/** Read-outs under the names that their columns have. */
function inSnakeCase(readouts: object): Readonly<Record<string, number>> {
  const snake = (name: string): string =>
    name.replaceAll(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(
    Object.entries(readouts).map(([name, value]) => [snake(name), value as number]),
  );
}

test('metrics hold what the step measured, timing what it took', async (t) => {
  const folder = await temporaryFolder(t);
  await unbrokenMetrics(folder, 5);
  for (const read of Object.values(independentReaders)) {
    const metrics = read(await fs.readFile(path.join(folder, 'metrics.arrows')), 'stream');
    t.deepEqual(
      metrics,
      Array.from({ length: 5 }, (_, step) => {
        const { plan, learningRate, readouts } = madeUpStep(step);
        return {
          step,
          epoch: plan.epoch,
          learning_rate: learningRate,
          ...inSnakeCase(readouts),
          images: 8,
        };
      }),
    );
    const timing = read(await fs.readFile(path.join(folder, 'timing.arrows')), 'stream');
    t.is(timing.length, 5);
    for (const row of timing) t.true(Number(row['wall_ms']) > 0 && Number(row['step_ms']) >= 1);
  }
});

test('results pass once, in order, and the state after the last step is saved', async (t) => {
  const folder = await temporaryFolder(t);
  const run = await openRunFolder(folder, { config });
  const results = await lastValueFrom(
    steps(0, 6).pipe(
      writeMetrics(run),
      saveCheckpoints(run, {
        snapshot: async () => madeUpState(6),
        quarantine: {
          list: () => [{ id: 'a', stage: 'read', code: 'ERR_READ', message: 'm' }],
          listRepaired: () => [{ id: 'b', stage: 'decode', code: 'REPAIRED', message: 'cut' }],
        },
      }),
      toArray(),
    ),
  );
  t.deepEqual(
    results.map(({ plan }) => plan.seq),
    [0, 1, 2, 3, 4, 5],
  );
  await run.close();
  t.deepEqual(await fs.readdir(path.join(folder, 'checkpoints')), [4, 6].map(checkpointName));
  const again = await openRunFolder(folder, { config, resume: true });
  t.deepEqual(again.bad, [{ id: 'a', stage: 'read', code: 'ERR_READ', message: 'm' }]);
  t.is(again.metrics.rows, 6);
  await again.close();
});

test('a failed or empty stream saves nothing more', async (t) => {
  const run = await openRunFolder(await temporaryFolder(t), { config });
  const snapshot = () => Promise.reject(new Error('must not be asked'));
  const failing$ = throwError(() => new Error('step'));
  await t.throwsAsync(lastValueFrom(failing$.pipe(saveCheckpoints(run, { snapshot }))), {
    message: 'step',
  });
  t.deepEqual(
    await lastValueFrom(steps(0, 0).pipe(saveCheckpoints(run, { snapshot }), toArray())),
    [],
  );
  await run.close();
});

test('a checkpoint without the rows of its steps is refused', async (t) => {
  const run = await openRunFolder(await temporaryFolder(t), { config });
  const result$ = of(madeUpStep(0, madeUpState(1)));
  await t.throwsAsync(lastValueFrom(result$.pipe(saveCheckpoints(run), writeMetrics(run))), {
    code: 'ERR_CONTRACT',
    message: /`writeMetrics` must stand before/,
  });
  await t.throwsAsync(lastValueFrom(of(madeUpStep(1)).pipe(writeMetrics(run))), {
    code: 'ERR_CONTRACT',
    message: /Expected step 0 to come next/,
  });
  await run.close();
});

test('a damaged newest checkpoint is reported, and the run goes on from the one before', async (t) => {
  const folder = await temporaryFolder(t);
  const expected = await unbrokenMetrics(folder, 12);
  await fs.truncate(path.join(folder, 'checkpoints', checkpointName(12)), 50);
  const run = await openRunFolder(folder, { config, resume: true, keep: { newest: 1 } });
  t.is(run.checkpoint?.step, 8);
  t.is(run.notes.length, 1);
  t.regex(run.notes[0]!, /step-00000012\.safetensors` is damaged.*Continuing from step 8 instead/);
  t.is((await readRun(folder)).notes.length, 1);
  await trainUntil(run, 12);
  await run.close();
  t.deepEqual(await fs.readFile(path.join(folder, 'metrics.arrows')), expected);
  t.deepEqual(await fs.readdir(path.join(folder, 'checkpoints')), [checkpointName(12)]);
});

test('another configuration is refused, naming what differs', async (t) => {
  const folder = await temporaryFolder(t);
  const run = await openRunFolder(folder, { config, versions: { engine: '1' } });
  await run.close();
  const already = await t.throwsAsync<PipelineError>(openRunFolder(folder, { config }), {
    code: 'ERR_CONFIG',
    message: /holds a run already.*`resume: true`/,
  });
  t.deepEqual(already.options, ['resume']);
  const other = { ...config, optimizer: { learningRate: 0.2 }, augment: true };
  await t.throwsAsync(openRunFolder(folder, { config: other, resume: true }), {
    code: 'ERR_CONFIG',
    message:
      /`optimizer\.learningRate`: 0\.1 before, 0\.2 now; `augment`: nothing before, true now/,
  });
  await t.throwsAsync(openRunFolder(folder, { config: { ...config, steps: 9 }, resume: true }), {
    code: 'ERR_CONFIG',
    message: /`steps`: 20 before, 9 now/,
  });
  const { steps: twenty, ...rest } = config;
  const reordered = { ...rest, steps: twenty };
  const same = await openRunFolder(folder, {
    config: reordered,
    resume: true,
    versions: { engine: '2' },
  });
  t.deepEqual(same.notes, ['Changed since the run began: `versions.engine`: "1" before, "2" now.']);
  await same.close();
});

test('what may change does not count', async (t) => {
  const folder = await temporaryFolder(t);
  const mayChange = ['steps'];
  const run = await openRunFolder(folder, { config, mayChange });
  await trainUntil(run, 4);
  await run.close();
  const longer = { ...config, steps: 40 };
  const again = await openRunFolder(folder, { config: longer, mayChange, resume: true });
  t.is(again.configHash, run.configHash);
  t.is(again.checkpoint?.step, 4);
  t.deepEqual(again.notes, ['Changed since the run began: `steps`: 20 before, 40 now.']);
  await again.close();
  const saved = await readRun(folder);
  t.like(saved.config, { steps: 40, seed: 1 });
  t.is(saved.checkpoint.step, 4);
});

test('a folder with other files is refused', async (t) => {
  const folder = await temporaryFolder(t);
  await fs.writeFile(path.join(folder, 'thesis.txt'), '');
  for (const resume of [false, true]) {
    await t.throwsAsync(openRunFolder(folder, { config, resume }), {
      code: 'ERR_CONFIG',
      message: /`thesis\.txt`/,
    });
  }
  await t.throwsAsync(readRun(folder), { code: 'ERR_FORMAT', message: /holds no run/ });
  await t.throwsAsync(openRunFolder(folder, { config, keep: { newest: 0 } }), {
    instanceOf: RangeError,
  });
});

test('a run without a checkpoint cannot be read yet', async (t) => {
  const folder = await temporaryFolder(t);
  const run = await openRunFolder(folder, { config });
  await t.throwsAsync(readRun(folder), { code: 'ERR_FORMAT', message: /no checkpoint yet/ });
  await run.close();
});

test('a run that is being written is locked', async (t) => {
  const folder = await temporaryFolder(t);
  const run = await openRunFolder(folder, { config });
  await t.throwsAsync(openRunFolder(folder, { config, resume: true }), {
    code: 'ERR_LOCKED',
    message: new RegExp(`by process ${process.pid}`),
  });
  await run.close();
  await run.close();
  await (await openRunFolder(folder, { config, resume: true })).close();
});

test('the lock of a dead process is taken over and reported', async (t) => {
  const folder = await temporaryFolder(t);
  const lock = path.join(folder, '.lock');
  const host = os.hostname();
  const dead = spawn(process.execPath, ['-e', '']);
  await once(dead, 'exit');
  await fs.writeFile(lock, JSON.stringify({ host, pid: dead.pid, started: 'then' }));
  const run = await openRunFolder(folder, { config, resume: true });
  t.regex(run.notes[0]!, new RegExp(`Took over .* from process ${dead.pid}`));
  await run.close();
  t.false((await fs.readdir(folder)).some((name) => name.startsWith('.lock')));
});

test('a process id that was given out again does not keep a lock', async (t) => {
  const folder = await temporaryFolder(t);
  const holder = { host: os.hostname(), pid: process.pid, started: 'before the last boot' };
  await fs.writeFile(path.join(folder, '.lock'), JSON.stringify(holder));
  if (process.platform !== 'linux') {
    t.log('not run: only Linux says when a process started');
    t.pass();
    return;
  }
  const run = await openRunFolder(folder, { config });
  t.is(run.notes.length, 1);
  await run.close();
});

test('a lock of another machine or of nobody is respected', async (t) => {
  const folder = await temporaryFolder(t);
  const lock = path.join(folder, '.lock');
  await fs.writeFile(lock, JSON.stringify({ host: 'elsewhere', pid: 1, started: null }));
  await t.throwsAsync(openRunFolder(folder, { config }), {
    code: 'ERR_LOCKED',
    message: /process 1 on `elsewhere`.*delete `.*\.lock`/,
  });
  await fs.writeFile(lock, '');
  await t.throwsAsync(openRunFolder(folder, { config }), { code: 'ERR_LOCKED' });
});

test('the version in files is the version of the package', async (t) => {
  const { producer } = await import('../../../outputs/files/producer.ts');
  const root = new URL('package.json', project);
  // The command's name: that of the package is longer.
  const { version } = JSON.parse(await fs.readFile(root, 'utf8')) as Record<string, string>;
  t.is(producer, `sincere ${version}`);
});

test('a folder that cannot be written is an error with a way out', async (t) => {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'file');
  await fs.writeFile(file, '');
  await t.throwsAsync(openRunFolder(path.join(file, 'run'), { config }), {
    code: 'ERR_WRITE',
    message: /Cannot make the folder .*`.*file` is a file/,
  });
});
