import { identity, type MonoTypeOperatorFunction } from 'rxjs';
import { mapInTurn } from '../../operators/flow/map-in-turn.ts';
import type { StepResult } from '../../operators/step/step-result.ts';
import type { ClassifierReadouts, StepReadouts } from '../../operators/step/step-readouts.ts';
import { metricsRow } from './metrics-row.ts';
import type { RowMirror } from './row-mirror.ts';

/**
 * Copies the row of each step into the formats of other tools, and passes the step on when it is in their files.
 *
 * Stands after `writeMetrics`, whose file is the one that counts.
 *
 * @param mirrors Borrowed.
 * @example
 * ```ts
 * import type { StepReadouts } from 'sincere-embeddings/operators';
 *
 * const events = await openEventRows('runs/a', 0);
 * const mirror = mirrorMetrics<StepReadouts>([events]);
 * await events.close(); // when the stream through `mirror` has ended
 * ```
 */
export function mirrorMetrics<R extends StepReadouts | ClassifierReadouts>(
  mirrors: readonly RowMirror[],
): MonoTypeOperatorFunction<StepResult<R>> {
  if (mirrors.length === 0) return identity;
  return mapInTurn(async (result) => {
    const row = metricsRow(result);
    await Promise.all(mirrors.map((mirror) => mirror.append('train', row)));
    return result;
  });
}
