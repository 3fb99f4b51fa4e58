import { concat, defer, map, type OperatorFunction } from 'rxjs';
import type { Alarm } from '../../operators/alarms/watch-run.ts';
import type { DrawnClass } from '../../operators/batches/drawn-by-class.ts';
import type { StepResult } from '../../operators/step/step-result.ts';
import type { ClassifierReadouts, StepReadouts } from '../../operators/step/step-readouts.ts';
import type { Quarantine } from '../../operators/stages/quarantine.ts';
import { counted } from '../../operators/message-words.ts';
import { bestRow } from '../../outputs/run/best-row.ts';
import type { RunValidation } from '../../outputs/run/run-validation.ts';
import type { BestMetricName } from '../../outputs/run/validation-columns.ts';
import type { TrainingEnd } from './end-of-training.ts';
import type { RunEvent } from './run-event.ts';
import { stepClock, type StepTimes } from './step-clock.ts';

/** One acknowledged step; its read-outs are those of a classifier with the loss `cross-entropy`. */
export type TrainedStep = StepResult<StepReadouts | ClassifierReadouts>;

/** Result of a training run. */
export interface TrainResult {
  readonly out: string;
  /** Steps behind the last checkpoint, those of earlier runs included; fewer than `totalSteps` when it ended early. */
  readonly steps: number;
  readonly totalSteps: number;
  /** What ended the run. */
  readonly ended: TrainingEnd;
  /** Alarms of the run, each once, in the order in which they were raised. */
  readonly alarms: readonly Alarm[];
  /** The best checkpoint by validation; null without any. */
  readonly best: BestCheckpoint | null;
  /** Steps among them that this run did. */
  readonly stepsDone: number;
  /** Images that could not be used, each in `quarantine.arrow` of the run. */
  readonly bad: number;
  /** Images that were used after a repair of their files in memory. */
  readonly repaired: number;
  /** Images that an earlier part of the run could not use and this one could. */
  readonly recovered: number;
  /** Of the last step; null when there was none in this run. */
  readonly readouts: TrainedStep['readouts'] | null;
  /** Of the classes, those whose images were drawn most often and least often; null before the first step. */
  readonly drawn: DrawnExtremes | null;
  /** Null with fewer than two steps in this run. */
  readonly times: StepTimes | null;
  /** The page of `report`; null when none was asked for, or it could not be drawn. */
  readonly report: string | null;
}

/** The best checkpoint of a run, and by what it is. */
export interface BestCheckpoint {
  /** Steps behind it. */
  readonly step: number;
  readonly metric: BestMetricName;
  readonly value: number;
}

/** The ends of the classes by draws of each image, steps of earlier runs included. */
export interface DrawnExtremes {
  readonly most: DrawnClass;
  readonly least: DrawnClass;
}

/** Plan of a run, as known before its first step. */
export interface PlannedSteps {
  readonly out: string;
  /** Steps that are behind it. */
  readonly startAt: number;
  readonly total: number;
  readonly batchSize: number;
  readonly quarantine: Pick<Quarantine, 'list' | 'listRepaired' | 'recovered'>;
  /** What so many steps drew of each class. */
  readonly drawn: (steps: number) => readonly DrawnClass[];
  /** Undefined of a run that is not validated. */
  readonly validation: Pick<RunValidation, 'rows' | 'metric'> | undefined;
  /** What ended the run after so many of all steps. */
  readonly ended: (reached: number, total: number) => TrainingEnd;
  /** Alarms up to now. */
  readonly alarms: () => readonly Alarm[];
}

/** Progress after each step; at the end what was reached, also by a run that was told to stop. */
export function tellSteps({
  out,
  startAt,
  total,
  batchSize,
  quarantine,
  drawn,
  validation,
  ended,
  alarms,
}: PlannedSteps): OperatorFunction<TrainedStep, RunEvent<TrainResult, TrainedStep>> {
  return (step$) =>
    defer(() => {
      let last: TrainedStep | undefined;
      let kept = startAt;
      const clock = stepClock();
      const progress$ = step$.pipe(
        map((step): RunEvent<TrainResult, TrainedStep> => {
          last = step;
          clock.count(step);
          const done = step.plan.seq + 1;
          if (step.state !== undefined) kept = done;
          return {
            kind: 'progress',
            label: 'train',
            done,
            total,
            unit: 'images',
            amount: done * batchSize,
            kept,
            busyMs: step.stepMs,
            detail: [`loss ${step.readouts.loss.toPrecision(4)}`, ...validated(validation)].join(
              ' · ',
            ),
            step,
          };
        }),
      );
      const reached = (): number => (last === undefined ? startAt : last.plan.seq + 1);
      const result = (): TrainResult => ({
        out,
        steps: reached(),
        totalSteps: total,
        ended: ended(reached(), total),
        alarms: alarms(),
        best: bestOf(validation),
        stepsDone: reached() - startAt,
        bad: quarantine.list().length,
        repaired: quarantine.listRepaired().length,
        recovered: quarantine.recovered().length,
        readouts: last?.readouts ?? null,
        drawn: reached() === 0 ? null : extremesOf(drawn(reached())),
        times: clock.times(),
        report: null,
      });
      return concat(
        progress$,
        defer(() => [{ kind: 'result' as const, result: result() }]),
      );
    });
}

type Validated = PlannedSteps['validation'];

function bestOf(validation: Validated): BestCheckpoint | null {
  if (validation === undefined) return null;
  const best = bestRow(validation.rows, validation.metric);
  return best === undefined
    ? null
    : { step: best.row.step, metric: validation.metric, value: best.value };
}

/** The last validation, and the best so far. */
function validated(validation: Validated): readonly string[] {
  const [last, best] = [validation?.rows.at(-1), bestOf(validation)];
  if (last === undefined || best === null) return [];
  const { metric, value, step } = best;
  const shown = (one: number): string => one.toFixed(4);
  return [`${metric} ${shown(last[metric])} (best ${shown(value)} at ${counted(step)})`];
}

function extremesOf(classes: readonly DrawnClass[]): DrawnExtremes {
  const often = ({ draws, images }: DrawnClass): number => draws / images;
  const [first, ...others] = classes as readonly [DrawnClass, ...DrawnClass[]];
  return {
    most: others.reduce((one, other) => (often(other) > often(one) ? other : one), first),
    least: others.reduce((one, other) => (often(other) < often(one) ? other : one), first),
  };
}
