import { from, lastValueFrom, concatMap } from 'rxjs';
import { openRunFolder, type RunFolder } from '../../outputs/run/run-folder.ts';
import { saveCheckpoints } from '../../outputs/run/save-checkpoints.ts';
import { writeMetrics } from '../../outputs/run/write-metrics.ts';
import { madeUpState, madeUpStep } from './training-cases.ts';

/** A run that grows step by step, with a checkpoint after each fourth. */
export interface GrowingRun {
  readonly folder: RunFolder;
  /** Trains on until so many steps are behind it. */
  trainUntil(end: number): Promise<void>;
  close(): Promise<void>;
}

/** How a growing run is opened. */
interface GrowingOptions {
  readonly steps?: number;
  readonly resume?: boolean;
  /** Images that its configuration names. @default none */
  readonly data?: string;
}

/** Opens a run of so many steps; with `resume` behind its last checkpoint. */
export async function growingRun(
  path: string,
  { steps = 20, resume = false, data }: GrowingOptions = {},
): Promise<GrowingRun> {
  const config = {
    seed: 1,
    loss: { name: 'sincere', temperature: 0.1 },
    encoder: 'resnet8',
    steps,
  };
  const given = data === undefined ? {} : { options: { data } };
  const folder = await openRunFolder(path, { config, resume, ...given });
  let done = folder.checkpoint?.step ?? 0;
  return {
    folder,
    async trainUntil(end) {
      const plans = Array.from({ length: end - done }, (_, at) => done + at);
      done = end;
      const step$ = from(plans).pipe(
        concatMap(async (step) =>
          madeUpStep(step, (step + 1) % 4 === 0 ? madeUpState(step + 1) : undefined),
        ),
      );
      await lastValueFrom(step$.pipe(writeMetrics(folder), saveCheckpoints(folder)), {
        defaultValue: undefined,
      });
    },
    close: async () => await folder.close(),
  };
}
