import test from 'ava';
import { map, toArray, lastValueFrom, range } from 'rxjs';
import type { Trainer } from '../../../operators/engine/interface/engine.ts';
import { withDemand } from '../../../operators/flow/with-demand.ts';
import { trainStep, type TrainStepOptions } from '../../../operators/stages/train-step.ts';
import type { PackedBatch } from '../../../operators/types.ts';
import { countingSource } from '../../helpers/counting-source.ts';
import { planOf } from '../../helpers/plans.ts';

const shape = { images: 1, views: 1, imageSize: 1 };

/** A trainer whose state is the number of its steps. */
function countingTrainer(): Omit<Trainer<number>, 'beside'> & { readonly steps: () => number } {
  let steps = 0;
  return {
    shape,
    load: async () => {},
    run: async () => (steps += 1),
    snapshot: async () => ({ step: steps, weights: new Map(), momentum: new Map() }),
    close: async () => {},
    steps: () => steps,
  };
}

const packed = (seq: number): PackedBatch => {
  const plan = planOf(seq, [seq]);
  const pixels = new Float32Array(3);
  return { plan, samples: plan.samples, shape, pixels, labels: Int32Array.of(0) };
};

const atRate = { learningRate: () => 0.1 };

test('ends before the step that `endBefore` names, and asks in turn before each', async (t) => {
  const trainer = countingTrainer();
  const asked: (readonly [number, number])[] = [];
  const endBefore: TrainStepOptions['endBefore'] = async (step) => {
    asked.push([step, trainer.steps()]);
    return step === 3;
  };
  const step = trainStep(trainer, { ...atRate, endBefore });
  const results = await lastValueFrom(range(0, 6).pipe(map(packed), step, toArray()));
  t.deepEqual(
    results.map(({ plan }) => plan.seq),
    [0, 1, 2],
  );
  t.is(trainer.steps(), 3);
  t.deepEqual(
    asked,
    [0, 1, 2, 3].map((at) => [at, at]),
  );
});

test('asks for what each image gave only where it is wanted', async (t) => {
  const wanted: unknown[] = [];
  const trainer = countingTrainer();
  const asked = {
    ...trainer,
    run: async (...[, , options]: Parameters<typeof trainer.run>) => wanted.push(options?.samples),
  };
  const odd = trainStep(asked, { ...atRate, samplesOf: ({ seq }) => seq % 2 === 1 });
  await lastValueFrom(range(0, 3).pipe(map(packed), odd));
  t.deepEqual(wanted, [false, true, false]);
  await lastValueFrom(range(3, 1).pipe(map(packed), trainStep(asked, atRate)));
  t.deepEqual(wanted, [false, true, false, true]);
});

test('a batch that is given up gives its pixels back', async (t) => {
  const trainer = countingTrainer();
  const recycled: Float32Array[] = [];
  const batch = packed(0);
  const step = trainStep(trainer, {
    ...atRate,
    endBefore: () => true,
    recycle: (pixels) => recycled.push(pixels),
  });
  await lastValueFrom(
    range(0, 1).pipe(
      map(() => batch),
      step,
      toArray(),
    ),
  );
  t.deepEqual(recycled, [batch.pixels]);
});

test('an `endBefore` that fails is the error of the stream, and no step is taken', async (t) => {
  const trainer = countingTrainer();
  const failure = new Error('the rows cannot be read');
  const endBefore = async (): Promise<boolean> => await Promise.reject(failure);
  const step$ = range(0, 2).pipe(map(packed), trainStep(trainer, { ...atRate, endBefore }));
  t.is(await t.throwsAsync(lastValueFrom(step$)), failure);
  t.is(trainer.steps(), 0);
});

test('behind a gate that knows of it, the plans that wait are given up and the source is returned', async (t) => {
  const trainer = countingTrainer();
  const source = countingSource(20);
  let ended = false;
  const endBefore = (step: number): boolean => (ended = step === 4);
  const results = await lastValueFrom(
    withDemand(source, { window: 3, ended: () => ended }, (plan$) =>
      plan$.pipe(map(packed), trainStep(trainer, { ...atRate, endBefore })),
    ).pipe(toArray()),
  );
  t.is(results.length, 4);
  t.is(trainer.steps(), 4);
  t.is(source.returned, 1);
  t.true(source.pulled < 20);
});
