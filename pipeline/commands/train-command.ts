import path from 'node:path';
import {
  crossEntropyReadoutTable,
  formatted,
  lossReadoutTable,
  type Readouts,
} from '../../operators/loss/readouts.ts';
import type { DrawnClass } from '../../operators/batches/drawn-by-class.ts';
import { drawnName } from '../../outputs/run/drawn-file.ts';
import { quarantineName } from '../../outputs/tables/write-quarantine.ts';
import type { Command } from '../command-line/command.ts';
import { textTable } from '../command-line/text-table.ts';
import { type TrainOptions, trainVerb } from '../options/train-options.ts';
import { shownDraws } from '../parts/tell-shares.ts';
import type { TrainingEnd } from '../parts/end-of-training.ts';
import type { StepTimes } from '../parts/step-clock.ts';
import type { TrainedStep, TrainResult } from '../parts/tell-steps.ts';
import { train } from '../train.ts';
import { counted } from '../../operators/message-words.ts';
import { afterRun } from '../next/after-run.ts';

/** `train` on the command line. */
export const trainCommand: Command<TrainOptions, TrainResult, TrainedStep> = {
  verb: trainVerb,
  run: (options) => train(options),
  resumable: true,
  stopped: ({ out }, last) =>
    last === undefined
      ? `stopped before the first step; what ${out} held before stays`
      : `stopped; the checkpoint after ${counted(last.kept ?? 0)} of ${counted(last.total!, 'step')}, or a later one, is kept in ${out}`,
  about: ({ out }) => ({
    out,
    steps: null,
    totalSteps: null,
    ended: null,
    alarms: [],
    best: null,
    readouts: null,
    drawn: null,
    times: null,
    report: null,
  }),
  lines: (result, { options, interrupted }) => [
    stepLine(result, interrupted),
    ...bestLines(result),
    ...badLines(result),
    ...drawnLines(result),
    ...(result.readouts === null ? [] : readoutLines(result.readouts)),
    ...(options.timing && result.times !== null ? timingLines(result.times) : []),
    ...(result.report === null ? [] : [`drawn in ${result.report}, to be opened in a browser`]),
  ],
  next: async ({ out, best }, { options }) =>
    await afterRun({ run: out, options, best: best !== null }),
  json: (result) => ({ ...result }),
};

function stepLine(result: TrainResult, interrupted: boolean): string {
  const { out, steps, totalSteps, stepsDone, ended } = result;
  if (ended === 'patience') {
    return `ended after ${counted(steps)} of ${counted(totalSteps, 'step')} in ${out}, as validation has not improved any more; more \`--patience\` goes on`;
  }
  const why = endWords[ended];
  if (why !== undefined) {
    return `ended ${why} after ${counted(steps)} of ${counted(totalSteps, 'step')} in ${out}; \`--resume\` goes on`;
  }
  if (interrupted && steps < totalSteps) {
    return `stopped after ${counted(steps)} of ${counted(totalSteps, 'step')} in ${out}`;
  }
  return stepsDone === 0 && steps > 0
    ? `nothing to do: the run in ${out} is finished (${counted(steps, 'step')}; more \`--steps\` or \`--epochs\` extend it)`
    : `trained ${counted(steps, 'step')} in ${out}`;
}

/** What ended a run that could have gone on. */
const endWords: Readonly<Partial<Record<TrainingEnd, string>>> = {
  time: 'at its time limit',
  alarm: 'by an alarm',
};

/** The best checkpoint, and how it is taken. */
function bestLines({ best }: TrainResult): readonly string[] {
  if (best === null) return [];
  const { step, metric, value } = best;
  return [`best ${metric} ${value.toFixed(4)} after step ${counted(step)}: \`--checkpoint best\``];
}

/** Images that the run could not use, now or before. */
function badLines({ out, bad, repaired, recovered }: TrainResult): readonly string[] {
  const file = path.join(out, quarantineName);
  const again = counted(recovered, 'image that was', 'images that were');
  const left = counted(bad, 'image');
  const used = counted(repaired, 'image was', 'images were');
  return [
    ...(recovered === 0 ? [] : [`${again} bad before could be used`]),
    ...(bad === 0
      ? []
      : [`${left} could not be used and ${bad === 1 ? 'was' : 'were'} replaced, see ${file}`]),
    ...(repaired === 0 ? [] : [`${used} used after a repair${bad === 0 ? `, see ${file}` : ''}`]),
  ];
}

/** How often images of rare and of common classes came, where that differs. */
function drawnLines({ out, drawn }: TrainResult): readonly string[] {
  if (drawn === null) return [];
  const { most, least } = drawn;
  const often = ({ draws, images }: DrawnClass): number => draws / images;
  if (often(most) < worthTelling * often(least)) return [];
  const [first, second] = [most, least].map((one) => shownDraws({ ...one, draws: often(one) }));
  return [`drew ${first}, and ${second}, see ${path.join(out, drawnName)}`];
}

/** Ratio of draws from which they are told. */
const worthTelling = 2;

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
