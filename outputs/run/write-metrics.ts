import { defer, type MonoTypeOperatorFunction } from 'rxjs';
import { PipelineError } from '../../operators/errors.ts';
import { mapInTurn } from '../../operators/flow/map-in-turn.ts';
import { oneAtATime } from '../../operators/flow/one-at-a-time.ts';
import type { StepResult } from '../../operators/step/step-result.ts';
import type { ClassifierReadouts, StepReadouts } from '../../operators/step/step-readouts.ts';
import { metricsRow } from './metrics-row.ts';
import type { RunFolder } from './run-folder.ts';

/** The part of a run folder that holds its rows. */
type RunLogs = Pick<RunFolder, 'metrics' | 'timing'>;

const live = new WeakSet<RunLogs>();

/**
 * Appends a row to `metrics.arrows` and one to `timing.arrows` for each step, and passes the step on when
 * they are in the files.
 *
 * Stands before `saveCheckpoints`: a checkpoint needs the rows of its steps. A result whose `seq` is not
 * the next row is an `ERR_CONTRACT`.
 *
 * @param run Borrowed. A second live stream into it is an `ERR_CONTRACT`.
 * @example
 * ```ts
 * import { pipe } from 'rxjs';
 * import type { StepReadouts } from 'sincere-embeddings/operators';
 *
 * const run = await openRunFolder('runs/a', { config: { seed: 0 } });
 * const save = pipe(writeMetrics<StepReadouts>(run), saveCheckpoints<StepReadouts>(run));
 * await run.close(); // when the stream through `trainStep` and `save` has ended
 * ```
 */
export function writeMetrics<R extends StepReadouts | ClassifierReadouts>(
  run: RunLogs,
): MonoTypeOperatorFunction<StepResult<R>> {
  const write: MonoTypeOperatorFunction<StepResult<R>> = (source) =>
    defer(() => {
      let last = performance.now();
      return source.pipe(
        mapInTurn(async (result) => {
          const now = performance.now();
          const wallMs = now - last;
          last = now;
          await append(run, result, wallMs);
          return result;
        }),
      );
    });
  return oneAtATime(live, run, run.metrics.path, write);
}

async function append(
  run: RunLogs,
  result: StepResult<StepReadouts | ClassifierReadouts>,
  wallMs: number,
): Promise<void> {
  const { plan, stepMs } = result;
  const step = plan.seq;
  if (step !== run.metrics.rows) {
    throw new PipelineError(
      'ERR_CONTRACT',
      `Expected step ${run.metrics.rows} to come next in \`${run.metrics.path}\`, got ${step}.`,
      { path: run.metrics.path },
    );
  }
  const images = plan.samples.length;
  await run.timing.append([
    {
      step,
      step_ms: stepMs,
      wall_ms: wallMs,
      images_per_second: (1000 * images) / wallMs,
      step_images_per_second: (1000 * images) / stepMs,
    },
  ]);
  await run.metrics.append([metricsRow(result)]);
}
