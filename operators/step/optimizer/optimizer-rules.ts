import { adamw } from './adamw.ts';
import { lars } from './lars.ts';
import type { Optimizer } from './optimizer.ts';
import type { BufferName } from './update-spec.ts';
import { defaultOptimizer, type OptimizerName, type OptimizerSpec } from './optimizers.ts';
import { sgd } from './sgd.ts';

/** Update rule of every optimizer. */
const optimizerRules: Readonly<Record<OptimizerName, Optimizer>> = { sgd, adamw, lars };

/** The buffers that a state can have. */
export const bufferNames: readonly BufferName[] = ['momentum', 'variance'];

/** Update rule of a step: that of its optimizer, SGD where it names none. */
export function optimizerOf({
  optimizer = defaultOptimizer,
}: Pick<OptimizerSpec, 'optimizer'>): Optimizer {
  return optimizerRules[optimizer];
}
