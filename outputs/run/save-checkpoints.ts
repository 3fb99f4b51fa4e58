import { defer, type MonoTypeOperatorFunction } from 'rxjs';
import { beforeComplete } from '../../operators/flow/before-complete.ts';
import { mapInTurn } from '../../operators/flow/map-in-turn.ts';
import { oneAtATime } from '../../operators/flow/one-at-a-time.ts';
import type { Quarantine } from '../../operators/stages/quarantine.ts';
import type { TrainerState } from '../../operators/types.ts';
import type { StepResult } from '../../operators/step/step-result.ts';
import type { RunFolder } from './run-folder.ts';

/** Options of `saveCheckpoints`: what is saved besides the states that results carry. */
export interface SaveCheckpointsOptions {
  /**
   * Asked for the state when the stream completes after a step whose state was not saved, such as when
   * the run was told to stop. The training step has ended by then.
   * @default that state is not saved
   */
  readonly snapshot?: (() => Promise<TrainerState>) | undefined;
  /** Saved before each checkpoint. @default no `quarantine.arrow` */
  readonly quarantine?: Pick<Quarantine, 'list' | 'listRepaired'> | undefined;
}

/** The part of a run folder that holds its states. */
type RunStates = Pick<RunFolder, 'path' | 'saveCheckpoint' | 'saveQuarantine'>;

const live = new WeakSet<RunStates>();

/**
 * Saves the state of each result that carries one, and passes every result on, in order, when its state
 * is on the disk.
 *
 * Stands after `writeMetrics`: a checkpoint needs the rows of its steps. Completes when the last state is
 * saved; a failed stream saves nothing more.
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
export function saveCheckpoints<R>(
  run: RunStates,
  options: SaveCheckpointsOptions = {},
): MonoTypeOperatorFunction<StepResult<R>> {
  const { snapshot, quarantine } = options;
  const save = async (state: TrainerState): Promise<void> => {
    if (quarantine !== undefined) {
      await run.saveQuarantine([...quarantine.list(), ...quarantine.listRepaired()]);
    }
    await run.saveCheckpoint(state);
  };
  const saveEach: MonoTypeOperatorFunction<StepResult<R>> = (source) =>
    defer(() => {
      let unsaved = false;
      return source.pipe(
        mapInTurn(async (result) => {
          unsaved = result.state === undefined;
          if (result.state !== undefined) await save(result.state);
          return result;
        }),
        beforeComplete(async () => {
          if (unsaved && snapshot !== undefined) await save(await snapshot());
        }),
      );
    });
  return oneAtATime(live, run, run.path, saveEach);
}
