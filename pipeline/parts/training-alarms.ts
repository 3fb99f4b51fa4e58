import { type MonoTypeOperatorFunction, tap } from 'rxjs';
import type { WatchedRun } from '../../operators/alarms/alarm.ts';
import { type Alarm, watchRun } from '../../operators/alarms/watch-run.ts';
import { drawnByClass } from '../../operators/batches/drawn-by-class.ts';
import type { ClassWalks } from '../../operators/batches/class-walks.ts';
import { isByImage } from '../../operators/loss/loss-spec.ts';
import { counted } from '../../operators/message-words.ts';
import { metricsRow } from '../../outputs/run/metrics-row.ts';
import type { RunFolder } from '../../outputs/run/run-folder.ts';
import type { EndCondition } from './end-of-training.ts';
import { type RunConfig, viewsOf } from './run-config.ts';
import type { TellNote } from './run-event.ts';
import type { TrainedStep } from './tell-steps.ts';

/** Alarms of a run, as its stages raise them and its end looks at them. */
export interface TrainingAlarms {
  /** Looks at every step and passes it on. Stands behind `trainStep`, before the next step is asked for. */
  readonly watch: MonoTypeOperatorFunction<TrainedStep>;
  /** Ends the run before the step after an alarm that was raised in this session, where it is to stop. */
  readonly end: EndCondition;
  /** All of the run, in the order in which they were raised. */
  readonly raised: () => readonly Alarm[];
}

/** What alarms are raised about. */
export interface AlarmedRun {
  readonly walks: ClassWalks;
  readonly config: RunConfig;
  readonly run: Pick<RunFolder, 'metrics'>;
}

/**
 * Opens the alarms of a run: those that its rows up to here raised are known, and are not raised again.
 *
 * @param onAlarm Whether an alarm stops the run, or is noted only.
 */
export async function trainingAlarms(
  { walks, config, run }: AlarmedRun,
  onAlarm: 'note' | 'stop',
  note: TellNote,
): Promise<TrainingAlarms> {
  const watched = watchRun(watchedRun(walks, config));
  const raised: Alarm[] = [];
  for await (const row of run.metrics.read()) raised.push(...watched.see(row));
  const before = raised.length;
  return {
    watch: tap((result) => {
      for (const alarm of watched.see(metricsRow(result))) {
        raised.push(alarm);
        note(`alarm after step ${counted(alarm.step + 1)}: ${alarm.text}`, alarm.options);
      }
    }),
    end: { cause: 'alarm', holds: () => onAlarm === 'stop' && raised.length > before },
    raised: () => raised,
  };
}

function watchedRun(walks: ClassWalks, config: RunConfig): WatchedRun {
  const { batchSize, warmupSteps, loss } = config;
  const byImage = loss.name !== 'cross-entropy' && isByImage(loss);
  return {
    classes: byImage ? 1 : walks.classesPerBatch,
    rows: batchSize * viewsOf(config),
    stepsPerEpoch: walks.batchesPerEpoch,
    warmupSteps,
    drawn: (steps) => drawnByClass(walks, steps, new Set()),
  };
}
