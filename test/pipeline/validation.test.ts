import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { readLogRows } from '../helpers/log-rows.ts';
import type { ValidationRow } from '../../outputs/run/validation-columns.ts';
import { embed } from '../../pipeline/embed.ts';
import { evaluate } from '../../pipeline/evaluate.ts';
import { loss } from '../../pipeline/loss.ts';
import type { TrainOptions } from '../../pipeline/options/train-options.ts';
import { train } from '../../pipeline/train.ts';
import { courseOfRun, validatedFiles } from '../helpers/course-of-run.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { steps as stepsIn } from '../helpers/told.ts';

const engine = { engine: 'onnx', threads: 1 } as const;
const tiny = {
  ...engine,
  imageSize: 8,
  batchSize: 8,
  seed: 4,
  validate: 0.3,
  validateLimit: 5,
} as const;

async function images(t: ExecutionContext): Promise<{ root: string; data: string }> {
  const root = await temporaryFolder(t);
  const data = path.join(root, 'data');
  await writeImageTree(data, [14, 11, 9]);
  return { root, data };
}

async function validationsOf(out: string): Promise<readonly ValidationRow[]> {
  const rows: ValidationRow[] = [];
  for await (const row of readLogRows(path.join(out, 'validation.arrows'))) rows.push(row);
  return rows;
}

test('validations are what `embed` and `evaluate` say of the same checkpoint, as is its held-out loss', async (t) => {
  const { root, data } = await images(t);
  const out = path.join(root, 'run');
  const { best } = await train({
    data,
    out,
    ...tiny,
    steps: 4,
    validateEvery: 3,
    keep: 1,
    ema: 0.5,
  });
  const rows = await validationsOf(out);
  t.deepEqual(
    rows.map(({ step, images: held, support }) => [step, held, support]),
    [3, 4].map((step) => [step, 4 + 3 + 3, 15]),
  );
  const row = rows.find(({ step }) => step === best!.step)!;
  t.is(row.knn5_accuracy, best!.value);

  const [trained, held] = [path.join(root, 'trained'), path.join(root, 'held')];
  const { seed, validate: holdOut, validateLimit: limit } = tiny;
  const side = { data, model: out, checkpoint: 'best', seed, holdOut, limit, ...engine } as const;
  await embed({ ...side, out: trained });
  await embed({ ...side, heldOut: true, out: held });
  const { evaluation } = await evaluate({
    train: trained,
    test: held,
    out: path.join(root, 'evaluation'),
    bootstrap: 0,
    ...engine,
  });
  const overall = evaluation.rows.filter((one) => one.class === null);
  const common = overall.filter(({ metric }) => metric in row);
  t.true(common.length >= 12, common.map(({ metric }) => metric).join());
  for (const { metric, value } of common) {
    const measured = row[metric as keyof ValidationRow];
    t.true(Math.abs(measured - value!) <= 1e-6, `${metric}: ${measured} and ${value}`);
  }
  const whole = await loss({ embeddings: held, ...engine });
  t.true(Math.abs(row.loss - whole.value) <= 1e-6);
});

/** Runs until so many steps are told, and is aborted there: nothing more is saved. */
async function abortedAfter(options: TrainOptions, end: number): Promise<void> {
  const run = train(options);
  const reason = new Error('aborted');
  const told = stepsIn(run.output$).forEach(({ plan }) => {
    if (plan.seq + 1 >= end) run.abort(reason);
  });
  await told.catch((error: unknown) => {
    if (error !== reason) throw error;
  });
  await run.closed;
}

test('a run that is broken off and resumed has the validations and the best of an unbroken one', async (t) => {
  const { root, data } = await images(t);
  const options = { data, ...tiny, steps: 6, validateEvery: 2, checkpointEvery: 3 } as const;
  const [unbroken, out] = [path.join(root, 'unbroken'), path.join(root, 'broken')];
  await train({ ...options, out: unbroken });
  // Beside a validation, and between a checkpoint and the next.
  await abortedAfter({ ...options, out }, 2);
  await abortedAfter({ ...options, out, resume: true }, 5);
  const { ended, best } = await train({ out, resume: true });
  t.is(ended, 'steps');
  const [course, expected] = [
    await courseOfRun(out, validatedFiles),
    await courseOfRun(unbroken, validatedFiles),
  ];
  t.deepEqual(Object.keys(course), Object.keys(expected));
  for (const [name, bytes] of Object.entries(expected)) t.true(course[name]!.equals(bytes), name);
  t.is((await validationsOf(out)).length, 3);
  t.true(best !== null);
});

test('patience ends a run, which a later `resume` leaves as it is', async (t) => {
  const { root, data } = await images(t);
  const out = path.join(root, 'run');
  // No accuracy rises by so much: the first validation is the last improvement.
  const strict = { patience: 2, minDelta: 2, validateEvery: 1, steps: 50 };
  const first = await train({ data, out, ...tiny, ...strict, best: 'class_mean_accuracy' });
  t.deepEqual([first.ended, first.steps, first.totalSteps], ['patience', 3, 50]);
  t.is(first.best!.metric, 'class_mean_accuracy');
  t.is((await validationsOf(out)).length, 3);
  const again = await train({ out, resume: true });
  t.deepEqual([again.ended, again.steps, again.stepsDone], ['patience', 3, 0]);
});
