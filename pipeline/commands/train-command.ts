import {
  crossEntropyReadoutTable,
  formatted,
  lossReadoutTable,
  type Readouts,
} from '../../operators/loss/readouts.ts';
import type { Command } from '../command-line/command.ts';
import { textTable } from '../command-line/text-table.ts';
import { type TrainOptions, trainVerb } from '../options/train-options.ts';
import type { StepTimes } from '../parts/step-clock.ts';
import type { TrainedStep, TrainResult } from '../parts/tell-steps.ts';
import { train } from '../train.ts';

/** `train` on the command line. */
export const trainCommand: Command<TrainOptions, TrainResult, TrainedStep> = {
  verb: trainVerb,
  run: (options) => train(options),
  resumable: true,
  stopped: ({ out }, last) =>
    `stopped after ${last?.done ?? '?'} of ${last?.total ?? '?'} steps in ${out}`,
  about: ({ out }) => ({ out, steps: null, totalSteps: null, readouts: null, times: null }),
  lines: (result, { options, interrupted }) => [
    stepLine(result, interrupted),
    ...(result.readouts === null ? [] : readoutLines(result.readouts)),
    ...(options.timing && result.times !== null ? timingLines(result.times) : []),
  ],
  json: (result) => ({ ...result }),
};

function stepLine({ out, steps, totalSteps }: TrainResult, interrupted: boolean): string {
  return interrupted
    ? `stopped after ${steps} of ${totalSteps} steps in ${out}`
    : `trained ${steps} steps in ${out}`;
}

function readoutLines(readouts: TrainedStep['readouts']): readonly string[] {
  const table: Readouts<never> =
    'accuracy' in readouts ? crossEntropyReadoutTable : lossReadoutTable;
  const values: Readonly<Record<string, number>> = { ...readouts };
  const rows = Object.entries(table).flatMap(([name, { summary }]) => {
    if (summary === null) return [];
    const value = formatted(values[name]!, summary.format);
    return [[summary.label, summary.unit === '' ? value : `${value} ${summary.unit}`]];
  });
  return textTable(rows, { heading: false });
}

function timingLines(times: StepTimes): readonly string[] {
  const { wallMs, stepMs, imagesPerSecond, stepOnlyImagesPerSecond } = times;
  return textTable(
    [
      ['time in steps', percent(Math.min(1, stepMs / wallMs))],
      ['time between steps', percent(Math.max(0, 1 - stepMs / wallMs))],
      ['images/s', imagesPerSecond.toFixed(1)],
      ['images/s in steps', stepOnlyImagesPerSecond.toFixed(1)],
    ],
    { heading: false },
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
