import { namesOf } from '../../names-of.ts';
import type { EncoderSpec } from '../../model/encoder-spec.ts';
import { parameterNames, weightShapes } from '../../model/weight-shapes.ts';
import type { NamedTensor, TrainerState, Weights } from '../../types.ts';
import { adamw } from './adamw.ts';
import { lars } from './lars.ts';
import type { BufferName, Optimizer, UpdateSpec } from './optimizer.ts';
import { sgd } from './sgd.ts';

/** An optimizer, and the numbers that it is usually run with. */
export interface OptimizerEntry {
  /** One line for a list of choices. */
  readonly doc: string;
  /** Peak learning rate where none is given, above 0. */
  readonly learningRate: number;
  /** Weight decay where none is given, 0 or more. */
  readonly weightDecay: number;
  readonly rule: () => Optimizer;
}

/** Every optimizer by name: the one place that lists them. */
export const optimizers = {
  /** SGD with momentum; numbers of the paper. */
  sgd: {
    doc: 'SGD with momentum.',
    learningRate: 0.05,
    weightDecay: 1e-4,
    rule: (): Optimizer => sgd,
  },
  /** Adam with decoupled weight decay; numbers of PyTorch. */
  adamw: {
    doc: 'AdamW: Adam with decoupled weight decay.',
    learningRate: 0.001,
    weightDecay: 0.01,
    rule: (): Optimizer => adamw,
  },
  /** Layer-wise adaptive rates; numbers of SimCLR at 256 images. */
  lars: {
    doc: 'LARS: SGD in which every weight moves in proportion to its own length.',
    learningRate: 0.3,
    weightDecay: 1e-6,
    rule: (): Optimizer => lars,
  },
} as const;

/** How parameters follow their gradients: SGD with momentum, AdamW, or LARS. */
export type OptimizerName = keyof typeof optimizers;

/** Every optimizer by name. */
export const optimizerNames: readonly [OptimizerName, ...OptimizerName[]] = namesOf(optimizers);

/** Which optimizer, and its numbers. */
export interface OptimizerSpec extends UpdateSpec {
  /** How parameters follow their gradients. @default 'sgd' */
  readonly optimizer?: OptimizerName | undefined;
}

/** The optimizer of a step that names none. */
export const defaultOptimizer: OptimizerName = 'sgd';

const entries: Readonly<Record<OptimizerName, OptimizerEntry>> = optimizers;

/** The buffers that a state can have. */
export const bufferNames: readonly BufferName[] = ['momentum', 'variance'];

/** How the parameters of a step follow their gradients, SGD where it does not say. */
export function optimizerOf({
  optimizer = defaultOptimizer,
}: Pick<OptimizerSpec, 'optimizer'>): Optimizer {
  return entries[optimizer].rule();
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
