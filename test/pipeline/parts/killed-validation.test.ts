import fs from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { lastValueFrom, map, toArray } from 'rxjs';
import type { Trainer } from '../../../operators/engine/interface/engine.ts';
import { withDemand } from '../../../operators/flow/with-demand.ts';
import { seededRandom } from '../../../operators/random.ts';
import { trainStep } from '../../../operators/stages/train-step.ts';
import { validate, type Validator } from '../../../operators/stages/validate.ts';
import type { StepReadouts } from '../../../operators/step/step-readouts.ts';
import type { PackedBatch, TrainerState } from '../../../operators/types.ts';
import { openRunFolder } from '../../../outputs/run/run-folder.ts';
import { saveCheckpoints } from '../../../outputs/run/save-checkpoints.ts';
import { validationColumns, type ValidationRow } from '../../../outputs/run/validation-columns.ts';
import { writeMetrics } from '../../../outputs/run/write-metrics.ts';
import { endOfTraining } from '../../../pipeline/parts/end-of-training.ts';
import { openValidation } from '../../../pipeline/parts/open-validation.ts';
import { patienceCondition } from '../../../pipeline/parts/patience.ts';
import { settled } from '../../helpers/deferred.ts';
import { planOf } from '../../helpers/plans.ts';
import { courseOfRun } from '../../helpers/course-of-run.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { madeUpState, madeUpStep } from '../../helpers/training-cases.ts';

const steps = 40;
const every = 4;
const checkpointEvery = 3;
const shape = { images: 1, views: 1, imageSize: 1 };
const kills = process.env['CAMPAIGN'] === undefined ? 10 : 200;

/** What a state measures: up and down, as real ones do, and better for a while. */
function accuracyAfter(step: number): number {
  return Math.min(step, 20) / 40 + seededRandom('accuracy', step).below(100) / 1000;
}

function rowOf(step: number): ValidationRow {
  const empty = Object.fromEntries(Object.keys(validationColumns).map((name) => [name, 0]));
  // Every column.
  return { ...empty, step, knn5_accuracy: accuracyAfter(step) } as ValidationRow;
}

/** A trainer whose state is a function of its steps. */
function madeUpTrainer(): Omit<Trainer, 'beside'> {
  let taken = 0;
  return {
    shape,
    async load({ step }: TrainerState) {
      taken = step;
    },
    run: async () => madeUpStep(taken++).readouts,
    snapshot: async () => madeUpState(taken),
    close: async () => {},
  };
}

async function* plansFrom(startAt: number) {
  for (let seq = startAt; seq < steps; seq += 1) yield seq;
}

const packed = (seq: number): PackedBatch => {
  const plan = planOf(seq, [seq]);
  const pixels = new Float32Array(3);
  return { plan, samples: plan.samples, shape, pixels, labels: Int32Array.of(0) };
};

/**
 * Runs to its end, with validations that take a random time.
 *
 * @param tell Called after each step and each validation, of which others are under way.
 */
async function trained(folder: string, seed: number, tell: () => void): Promise<number> {
  const random = seededRandom('delays', seed);
  const trainer = madeUpTrainer();
  const config = { validation: { every, best: 'knn5_accuracy' } } as const;
  const run = await openRunFolder(folder, {
    config,
    resume: true,
    best: config.validation.best,
    keep: { newest: 1 },
  });
  const state = run.checkpoint ?? madeUpState(0);
  if (run.checkpoint === null) await run.saveCheckpoint(state);
  await trainer.load(state);
  // The sets are those of a validator of pixels.
  const opened = openValidation({} as never, { ...config, steps } as never, run, state)!;
  const { rows, schedule, missing } = opened;
  const validator: Validator = {
    async validate({ step }) {
      for (let turn = random.below(60); turn > 0; turn -= 1) await settled();
      await rows.append(rowOf(step));
      tell();
    },
  };
  const end = endOfTraining([
    patienceCondition({ patience: 3, minDelta: 0, schedule, validation: rows }),
  ]);
  const isSaved = (done: number): boolean =>
    done % checkpointEvery === 0 || schedule.due(done) || done === steps;
  const step$ = withDemand(plansFrom(state.step), { window: 3, ended: end.ended }, (seq$) =>
    seq$.pipe(
      map(packed),
      trainStep<StepReadouts>(trainer, {
        learningRate: () => 0.1,
        endBefore: end.endBefore,
        snapshotAfter: (step) => isSaved(step + 1),
      }),
      writeMetrics(run),
      validate(validator, { due: schedule.due, first: missing }),
      saveCheckpoints(run, { snapshot: () => trainer.snapshot() }),
    ),
  );
  const told = await lastValueFrom(step$.pipe(map(tell), toArray()), { defaultValue: [] });
  await run.close();
  return state.step + told.length;
}

/** The folder as a kill would leave it now: what is copied last may be ahead, as rows are of checkpoints. */
function killedCopy(from: string, to: string): void {
  const names = fs.readdirSync(from).filter((name) => name !== 'checkpoints');
  fs.cpSync(path.join(from, 'checkpoints'), path.join(to, 'checkpoints'), { recursive: true });
  for (const name of names.filter((one) => !one.includes('lock'))) {
    fs.cpSync(path.join(from, name), path.join(to, name), { recursive: true });
  }
}

/** Files that this chain of stages writes. */
const files = ['metrics.arrows', 'validation.arrows'];

test('killed anywhere and continued, a run ends at the same step with the same rows and the same best', async (t) => {
  const root = await temporaryFolder(t);
  const unbroken = path.join(root, 'unbroken');
  const end = await trained(unbroken, 0, () => {});
  t.true(end < steps, `patience ends it, after ${end}`);
  const expected = await courseOfRun(unbroken, files);
  const random = seededRandom('kills', 21);
  for (let kill = 0; kill < kills; kill += 1) {
    await killedAndContinued(t, { root, kill, at: random.below(end + end / every), end, expected });
  }
});

interface Kill {
  readonly root: string;
  readonly kill: number;
  /** Steps and validations that are told before it. */
  readonly at: number;
  readonly end: number;
  readonly expected: Readonly<Record<string, Buffer>>;
}

async function killedAndContinued(
  t: ExecutionContext,
  { root, kill, at, end, expected }: Kill,
): Promise<void> {
  const [whole, cut] = [path.join(root, `whole-${kill}`), path.join(root, `cut-${kill}`)];
  let told = 0;
  await trained(whole, kill, () => {
    if (told === at) killedCopy(whole, cut);
    told += 1;
  });
  t.deepEqual(await courseOfRun(whole, files), expected, `time leaves no trace (seed ${kill})`);
  if (!fs.existsSync(cut)) return;
  t.is(await trained(cut, kill + 1, () => {}), end);
  t.deepEqual(await courseOfRun(cut, files), expected, `killed after ${at} of seed ${kill}`);
}
