import type { Data } from 'apache-arrow';
import { identity, type MonoTypeOperatorFunction } from 'rxjs';
import { PipelineError } from '../../operators/errors.ts';
import { mapInTurn } from '../../operators/flow/map-in-turn.ts';
import { oneAtATime } from '../../operators/flow/one-at-a-time.ts';
import type { SampleReadouts } from '../../operators/step/sample-readouts.ts';
import type { StepResult } from '../../operators/step/step-result.ts';
import type { BatchPlan } from '../../operators/types.ts';
import { float32Column, int32Column, utf8Column } from '../arrow/arrow-columns.ts';
import type { BlockLog } from '../arrow/block-log.ts';
import type { RunFolder } from './run-folder.ts';

const live = new WeakSet<BlockLog>();

/** Options of `writeSamples`. */
export interface WriteSamplesOptions {
  /** Names of the classes by their labels; none where the images have no classes for this run. */
  readonly classes: readonly string[];
  /** Selects the steps whose images are recorded. @default all */
  readonly isRecorded?: ((plan: BatchPlan) => boolean) | undefined;
}

/**
 * Appends the images of each recorded step to `samples.arrows`, and passes the step on when they are in the file. A run
 * without that log passes all steps on.
 *
 * Stands before `saveCheckpoints`: a checkpoint needs the rows of its steps. A result without `samples` is an `ERR_CONTRACT`.
 *
 * @param run Borrowed. A second live stream into it is an `ERR_CONTRACT`.
 * @example
 * ```ts
 * import { pipe } from 'rxjs';
 * import type { StepReadouts } from 'sincere-embeddings/operators';
 *
 * const run = await openRunFolder('runs/a', { config: { seed: 0, samples: true }, samples: true });
 * const classes = ['cat', 'dog'];
 * const save = pipe(
 *   writeMetrics<StepReadouts>(run),
 *   writeSamples<StepReadouts>(run, { classes }),
 *   saveCheckpoints<StepReadouts>(run),
 * );
 * await run.close(); // when the stream through `trainStep` and `save` has ended
 * ```
 */
export function writeSamples<R>(
  { samples: log }: Pick<RunFolder, 'samples'>,
  { classes, isRecorded = () => true }: WriteSamplesOptions,
): MonoTypeOperatorFunction<StepResult<R>> {
  if (log === undefined) return identity;
  const write = mapInTurn(async (result: StepResult<R>) => {
    const { plan, samples } = result;
    if (!isRecorded(plan)) return result;
    if (samples === undefined) throw withoutSamples(log.path, plan.seq);
    await log.append(columnsOf(plan, samples, classes));
    return result;
  });
  return oneAtATime(live, log, log.path, write);
}

/** In the order of `samplesFields`. */
function columnsOf(
  { seq, epoch }: BatchPlan,
  { images, loss, ownSimilarity, otherSimilarity, otherClass }: SampleReadouts,
  classes: readonly string[],
): readonly Data[] {
  const nameOf = (label: number | null): string | null => classes[label ?? -1] ?? null;
  return [
    int32Column(new Int32Array(images.length).fill(seq)),
    int32Column(new Int32Array(images.length).fill(epoch)),
    utf8Column(images.map(({ id }) => id)),
    utf8Column(images.map(({ label }) => nameOf(label))),
    float32Column(loss),
    float32Column(ownSimilarity),
    float32Column(otherSimilarity),
    utf8Column(Array.from(otherClass, nameOf)),
  ];
}

function withoutSamples(path: string, step: number): PipelineError {
  return new PipelineError(
    'ERR_CONTRACT',
    `Expected step ${step} to tell what its images gave, for \`${path}\`, got nothing: the trainer was made without ` +
      '`samples`.',
    { path },
  );
}
