import { type AlarmName, alarmNames, alarmRules } from './alarm-rules.ts';
import type { AlarmText, StepRow, WatchedRun } from './alarm.ts';

/** An alarm that was raised. */
export interface Alarm extends AlarmText {
  readonly name: AlarmName;
  /** Step, from 0, whose row raised it. */
  readonly step: number;
}

/** A watch over the rows of a run. */
export interface RunWatch {
  /** Sees the row of the next step. @returns Alarms that it raises, each name once in a run. */
  see(row: StepRow): readonly Alarm[];
}

/**
 * Watches a run for what goes wrong in training: a function of its rows alone, so that a resumed run that sees the
 * rows of its log again goes on as if it had never stopped.
 *
 * @example
 * ```ts
 * const watch = watchRun({ classes: 10, rows: 512, stepsPerEpoch: 196, warmupSteps: 0, drawn: () => [] });
 * const { text } = watch.see({ step: 0, loss: 6.2, spread: 0.4, effective_rank: 5 })[0] ?? { text: 'all is well' };
 * console.log(text);
 * ```
 */
export function watchRun(run: WatchedRun): RunWatch {
  const quiet = new Map(alarmNames.map((name) => [name, alarmRules[name].watch(run)]));
  return {
    see(row) {
      const raised: Alarm[] = [];
      for (const [name, judge] of quiet) {
        const found = judge(row);
        if (found === undefined) continue;
        quiet.delete(name);
        raised.push({ name, step: row['step']!, ...found });
      }
      return raised;
    },
  };
}
