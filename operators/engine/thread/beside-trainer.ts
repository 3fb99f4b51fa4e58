import { checkLossSpec } from '../../loss/check-loss.ts';
import type { Computing } from '../../onnx/device-name.ts';
import type { BesideTrainer } from '../interface/engine.ts';
import type { EnginePart } from './engine-calls.ts';
import type { EngineThread } from './engine-thread.ts';
import { checkEncoder, networkShape, threadEncoder, threadLoss } from './thread-sessions.ts';

/** Encoders and losses in the thread of a trainer, which has room for one of each. */
export function besideTrainer(thread: EngineThread, computing: Computing): BesideTrainer {
  return {
    async createEncoder(spec, weights, shape) {
      checkEncoder(spec, weights, shape);
      await thread.call('openEncoder', { spec, weights, ...shape, ...computing });
      return threadEncoder(networkShape(spec, shape), thread, () => release(thread, 'encoder'));
    },
    async createLoss(spec) {
      checkLossSpec(spec);
      await thread.call('openLoss', { spec, ...computing });
      return threadLoss(thread, () => release(thread, 'loss'));
    },
  };
}

/** Frees a part of a thread; one that has ended has nothing left to free. */
async function release(thread: EngineThread, part: EnginePart): Promise<void> {
  await thread.call('release', part).catch(() => undefined);
}
