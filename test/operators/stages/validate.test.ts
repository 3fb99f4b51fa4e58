import test from 'ava';
import { Subject } from 'rxjs';
import { validate, type Validator } from '../../../operators/stages/validate.ts';
import type { StepReadouts } from '../../../operators/step/step-readouts.ts';
import type { StepResult } from '../../../operators/step/step-result.ts';
import { deferred, settled, type Deferred } from '../../helpers/deferred.ts';
import { madeUpState, madeUpStep } from '../../helpers/training-cases.ts';

/** A validator whose validations the test ends by hand, and what came out behind it. */
function watched(options: { due?: (steps: number) => boolean; first?: number } = {}) {
  const { due = () => true, first } = options;
  const begun: number[] = [];
  const signals: AbortSignal[] = [];
  const work = new Map<number, Deferred<void>>();
  const validator: Validator = {
    async validate({ step }, signal) {
      begun.push(step);
      signals.push(signal);
      const one = deferred<void>();
      work.set(step, one);
      await one.promise;
    },
  };
  const source = new Subject<StepResult>();
  const passed: number[] = [];
  const errors: unknown[] = [];
  let completed = false;
  const stage = validate<StepReadouts>(validator, {
    due,
    first: first === undefined ? undefined : madeUpState(first),
  });
  const subscription = source.pipe(stage).subscribe({
    next: ({ plan }) => passed.push(plan.seq),
    error: (error: unknown) => errors.push(error),
    complete: () => (completed = true),
  });
  return {
    begun,
    signals,
    passed,
    errors,
    subscription,
    source,
    isCompleted: () => completed,
    /** A step, whose result carries the state after it where `saved`. */
    step: async (seq: number, saved = false) => {
      source.next(madeUpStep(seq, saved ? madeUpState(seq + 1) : undefined));
      await settled();
    },
    end: async (steps: number, error?: Error) => {
      const one = work.get(steps)!;
      if (error === undefined) one.resolve();
      else one.reject(error);
      await settled();
    },
  };
}

test('steps pass while a state is validated, and the next state waits for it', async (t) => {
  const { begun, passed, step, end } = watched();
  await step(0, true);
  await step(1);
  await step(2);
  t.deepEqual(begun, [1]);
  t.deepEqual(passed, [0, 1, 2], 'validation holds up nothing');
  await step(3, true);
  await step(4);
  t.deepEqual([begun, passed], [[1], [0, 1, 2]], 'but a state, which would be saved before it');
  await end(1);
  t.deepEqual(
    [begun, passed],
    [
      [1, 4],
      [0, 1, 2, 3, 4],
    ],
  );
});

test('a state that is not due waits for the validation before it as well', async (t) => {
  const { begun, passed, step, end } = watched({ due: (steps) => steps === 1 });
  await step(0, true);
  await step(1, true);
  t.deepEqual(passed, [0]);
  await end(1);
  t.deepEqual([begun, passed], [[1], [0, 1]]);
});

test('completes when the last validation has ended', async (t) => {
  const { source, isCompleted, step, end } = watched();
  await step(0, true);
  source.complete();
  await settled();
  t.false(isCompleted());
  await end(1);
  t.true(isCompleted());
});

test('a validation that fails ends the stream at once, whatever comes or does not', async (t) => {
  const { errors, isCompleted, signals, step, end } = watched();
  await step(0, true);
  const failure = new Error('no memory');
  await end(1, failure);
  t.deepEqual([errors, isCompleted()], [[failure], false]);
  t.true(signals[0]!.aborted);
});

test('begins with the state that was not validated yet', async (t) => {
  const { begun, passed, step, end } = watched({ first: 8 });
  t.deepEqual(begun, [8]);
  await step(8);
  await step(9, true);
  t.deepEqual(passed, [8]);
  await end(8);
  t.deepEqual(
    [begun, passed],
    [
      [8, 10],
      [8, 9],
    ],
  );
});

test('a validation is aborted when nobody waits for it any more, and its failure is nobody’s', async (t) => {
  const { signals, errors, subscription, step, end } = watched();
  await step(0, true);
  t.false(signals[0]!.aborted);
  subscription.unsubscribe();
  t.true(signals[0]!.aborted);
  await end(1, new Error('aborted'));
  t.deepEqual(errors, []);
});
