import { isThere } from '../../operators/files/system-error.ts';
import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { bestName } from '../../outputs/run/best-checkpoint.ts';
import { checkpointsIn } from '../../outputs/run/checkpoints.ts';
import { readSavedConfig, type SavedConfig } from '../../outputs/run/saved-config.ts';
import { unfinishedRun } from '../../outputs/run/unfinished-run.ts';
import { trainVerb } from '../options/train-options.ts';
import type { TrainedRun } from './after-run.ts';
import type { RunChoice } from './parts-of-data.ts';

/** A run as its folder tells it. */
export async function savedRun(run: string): Promise<TrainedRun> {
  const best = await isThere(path.join(checkpointsIn(run), bestName));
  const saved = await readSavedConfig(run).catch((error: unknown) => {
    // What is damaged is told by whoever reads it.
    if (error instanceof PipelineError) return undefined;
    throw error;
  });
  const unfinished = saved && (await unfinishedRun(run, saved.config));
  return { run, best, options: keptChoice(run, saved), unfinished };
}

/** Options of the run; undefined where it keeps none, or those of a version that is not known. */
function keptChoice(run: string, saved: SavedConfig | undefined): RunChoice | undefined {
  const { success, data } = trainVerb.schema.safeParse({ ...saved?.options, out: run });
  return success ? data : undefined;
}
