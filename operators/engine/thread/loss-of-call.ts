import type { TiledLosses } from '../../loss/tiled-loss.ts';
import type { LossResult } from '../interface/engine.ts';
import { lossResult } from '../interface/loss-result.ts';
import type { LossCall } from './engine-calls.ts';

/** The answer to `loss`, which ends early, with an error, once its caller has cancelled it. */
export async function lossOfCall(
  losses: TiledLosses,
  { rows, gradient, readouts, cancelled }: LossCall,
  report: (rows: number) => void,
): Promise<LossResult> {
  const onProgress = (done: number): void => {
    report(done);
    if (Atomics.load(cancelled, 0) !== 0) throw new Error('cancelled');
  };
  return lossResult(await losses.run(rows, { gradient, readouts, onProgress }));
}
