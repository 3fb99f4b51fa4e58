import type { EncoderSpec } from '../../model/encoder-spec.ts';
import { parameterNames, weightShapes } from '../../model/weight-shapes.ts';
import type { NamedTensor, TrainerState, Weights } from '../../types.ts';
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

/**
 * The scalars that the update of a step takes: what depends on the step and is therefore no part of what is
 * compiled. In float64; engines hand them on as float32.
 *
 * @param step Steps taken before.
 */
export function stepRates(
  spec: OptimizerSpec,
  step: number,
  learningRate: number,
): Readonly<Record<string, number>> {
  return { learningRate, ...optimizerOf(spec).rates(spec, step) };
}

/** The buffers before the first step: zeros in the shape of every parameter. */
export function initialBuffers(
  encoder: EncoderSpec,
  optimizer: OptimizerName = defaultOptimizer,
): Pick<TrainerState, BufferName> {
  const shapes = weightShapes(encoder);
  const zeros = (): Weights =>
    new Map(
      parameterNames(encoder).map((name): [string, NamedTensor] => {
        const { shape } = shapes.get(name)!;
        const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
        return [name, { shape, data }];
      }),
    );
  const momentum = zeros();
  return optimizerOf({ optimizer }).buffers.includes('variance')
    ? { momentum, variance: zeros() }
    : { momentum };
}
