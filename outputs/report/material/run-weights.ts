import path from 'node:path';
import { messageOf, PipelineError } from '../../../operators/errors.ts';
import { statOf } from '../../../operators/files/stat-of.ts';
import { inferenceWeights } from '../../../operators/step/inference-weights.ts';
import { bestName } from '../../run/best-checkpoint.ts';
import {
  type Checkpoint,
  checkpointName,
  checkpointsIn,
  checkpointStep,
  checkpointSteps,
  hashTensors,
  loadCheckpoint,
} from '../../run/checkpoints.ts';
import type { FoundFolder, ReportRun } from './material.ts';
import { placeless } from './page-names.ts';

/** Weights that are looked for. */
export interface WantedWeights {
  /** Their hash, as exports and evaluations have it. */
  readonly hash: string;
  /** Steps behind them; undefined when that is not known. */
  readonly step: number | undefined;
}

type TrainedFolder = Pick<ReportRun, 'name' | 'path' | 'saved'>;

/** A run, and the steps behind weights of it. */
export interface FoundWeights<R> {
  readonly run: R;
  readonly step: number;
}

/**
 * Looks for weights in the checkpoints of runs, by their hash. Those whose checkpoint is not kept any more are not found; those
 * whose step is not known are looked for in the newest and the best checkpoint.
 *
 * Memory: a checkpoint at a time.
 *
 * @param tell Hears of checkpoints that are damaged.
 * @returns By hash.
 */
export async function runsOfWeights<R extends TrainedFolder>(
  runs: readonly R[],
  wanted: readonly WantedWeights[],
  {
    tell,
    signal,
  }: { readonly tell: (text: string) => void; readonly signal?: AbortSignal | undefined },
): Promise<ReadonlyMap<string, FoundWeights<R>>> {
  const found = new Map<string, FoundWeights<R>>();
  for (const run of runs) {
    const folder = checkpointsIn(run.path);
    const steps = await checkpointSteps(folder);
    for (const file of [...steps.reverse().map(checkpointName), bestName]) {
      signal?.throwIfAborted();
      const missing = wanted.filter(({ hash }) => !isOfEnd(found.get(hash)));
      const mayBe = (step: number): boolean =>
        missing.some((one) => (one.step ?? steps[0]) === step);
      const checkpoint = await readIf(path.join(folder, file), { run, mayBe, tell });
      if (checkpoint === undefined) continue;
      const hash = hashTensors(inferenceWeights(checkpoint));
      const match = { run, step: checkpoint.step };
      // Runs of one seed begin with the same weights: those of the end of one are no weights on the way of another.
      if (missing.some((one) => one.hash === hash) && (isOfEnd(match) || !found.has(hash))) {
        found.set(hash, match);
      }
    }
  }
  return found;
}

/** True for weights that a run ended with. */
export function isOfEnd(found: FoundWeights<TrainedFolder> | undefined): boolean {
  return found?.step === found?.run.saved.config['steps'] && found !== undefined;
}

/** A checkpoint, if it may be one that is wanted; undefined also where it is damaged, or missing. */
async function readIf(
  file: string,
  {
    run,
    mayBe,
    tell,
  }: {
    readonly run: FoundFolder;
    readonly mayBe: (step: number) => boolean;
    readonly tell: (text: string) => void;
  },
): Promise<Checkpoint | undefined> {
  try {
    if ((await statOf(file)) === undefined || !mayBe(await checkpointStep(file))) return undefined;
    return await loadCheckpoint(file);
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    tell(`a checkpoint of ${run.name} was left out: ${placeless(messageOf(error), [run])}`);
    return undefined;
  }
}
