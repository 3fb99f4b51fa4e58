import { namesOf } from '../../names-of.ts';
import type { UpdateSpec } from './update-spec.ts';

/** An optimizer with its default hyperparameters. */
export interface OptimizerEntry {
  /** One line for a list of choices. */
  readonly doc: string;
  /** Default peak learning rate, above 0. */
  readonly learningRate: number;
  /** Default weight decay, 0 or more. */
  readonly weightDecay: number;
}

/**
 * Every optimizer by name: the one place that lists them. How each updates a parameter stands in `optimizerRules`, so
 * that help can list them without loading TensorFlow.js.
 */
export const optimizers = {
  /** SGD with momentum; defaults of the paper. */
  sgd: {
    doc: 'SGD with momentum.',
    learningRate: 0.05,
    weightDecay: 1e-4,
  },
  /** Adam with decoupled weight decay; defaults of PyTorch. */
  adamw: {
    doc: 'AdamW: Adam with decoupled weight decay.',
    learningRate: 0.001,
    weightDecay: 0.01,
  },
  /** Layer-wise adaptive rates; defaults of SimCLR at 256 images. */
  lars: {
    doc: 'LARS: SGD in which every weight moves in proportion to its own length.',
    learningRate: 0.3,
    weightDecay: 1e-6,
  },
} as const;

/** Optimizer by name: SGD with momentum, AdamW, or LARS. */
export type OptimizerName = keyof typeof optimizers;

/** Every optimizer by name. */
export const optimizerNames: readonly [OptimizerName, ...OptimizerName[]] = namesOf(optimizers);

/** Optimizer by name, with its hyperparameters. */
export interface OptimizerSpec extends UpdateSpec {
  /** Update rule of the parameters. @default 'sgd' */
  readonly optimizer?: OptimizerName | undefined;
}

/** The optimizer of a step that names none. */
export const defaultOptimizer: OptimizerName = 'sgd';
