import { lossReadoutTable } from '../../operators/loss/readouts.ts';
import { gradientReadoutTable, type StepReadouts } from '../../operators/step/step-readouts.ts';
import type { NamedTensor, PlannedSample, TrainerState } from '../../operators/types.ts';
import type { StepResult } from '../../operators/step/step-result.ts';

/** A small state that is a function of its step. */
export function madeUpState(step: number): TrainerState {
  const tensor = (offset: number): NamedTensor => ({
    shape: [2, 3],
    data: Float32Array.from({ length: 6 }, (_, at) => Math.fround(step + offset + at / 7)),
  });
  return {
    step,
    weights: new Map([
      ['conv1.weight', tensor(0)],
      ['bn1.running_mean', tensor(0.25)],
    ]),
    momentum: new Map([['conv1.weight', tensor(0.5)]]),
  };
}

/** A number for every read-out, another one for each and at each step. */
function madeUpReadouts(step: number): StepReadouts {
  const tables = { ...lossReadoutTable, ...gradientReadoutTable };
  const values = Object.entries(tables).map(([name, { type }], at) => [
    name,
    type === 'int32' ? (step + at) % 3 : (at + 1) / (step + 2),
  ]);
  // Every name of both tables.
  return Object.fromEntries(values);
}

/** A result whose deterministic part is a function of its step. */
export function madeUpStep(step: number, state?: TrainerState): StepResult {
  const samples = Array.from({ length: 8 }, (_, at): PlannedSample => {
    return { id: `${step}-${at}`, label: at % 2, position: at, draw: step };
  });
  return {
    plan: { seq: step, epoch: Math.floor(step / 4), samples },
    learningRate: 0.1 / (step + 1),
    readouts: madeUpReadouts(step),
    samples: {
      images: samples,
      loss: Float32Array.from(samples, (_, at) => (at === 2 ? NaN : step + at / 8)),
      ownSimilarity: Float32Array.from(samples, (_, at) => (at === 2 ? NaN : at / 8)),
      otherSimilarity: Float32Array.from(samples, (_, at) => -at / 8),
      otherClass: Int32Array.from(samples, (_, at) => (at + 1) % 2),
    },
    stepMs: 1 + Math.abs(Math.sin(performance.now())),
    state,
  };
}
