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

/** A result whose deterministic part is a function of its step. */
export function madeUpStep(step: number, state?: TrainerState): StepResult {
  const samples = Array.from({ length: 8 }, (_, at): PlannedSample => {
    return { id: `${step}-${at}`, label: at % 2, position: at, draw: step };
  });
  return {
    plan: { seq: step, epoch: Math.floor(step / 4), samples },
    learningRate: 0.1 / (step + 1),
    readouts: {
      loss: 5 / (step + 1),
      sincere: 5 / (step + 1),
      supcon: 6 / (step + 1),
      repelledShare: 0.25,
      batchNearestAccuracy: step / (step + 3),
      anchorsWithoutPositive: step % 3,
      repelledMass: 0.125,
      alignment: 1 / (step + 2),
      uniformity: -step / (step + 1),
      spread: 0.5,
      effectiveRank: step + 1,
      informationBound: -0.5,
      sharpInformationBound: 0.75,
      gradientNorm: 2 / (step + 1),
    },
    stepMs: 1 + Math.abs(Math.sin(performance.now())),
    state,
  };
}
