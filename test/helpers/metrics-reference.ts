import { readFileSync } from 'node:fs';
import { fixture } from './project.ts';

/** What `fixtures/metrics_reference.py` recorded. */
export interface MetricsReference {
  readonly l2: readonly {
    readonly count: number;
    readonly dim: number;
    readonly classes: number;
    readonly seed: number;
    readonly l2: number;
    readonly weights: readonly number[];
    readonly bias: readonly number[];
    readonly testAccuracy: number;
    readonly testLogLoss: number;
    readonly testRanks: readonly number[];
  }[];
  readonly sgd: {
    readonly count: number;
    readonly dim: number;
    readonly classes: number;
    readonly dataSeed: number;
    readonly recipe: {
      readonly seed: number;
      readonly epochs: number;
      readonly batchSize: number;
      readonly learningRate: number;
      readonly decayAfter: readonly number[];
      readonly decayRate: number;
      readonly momentum: number;
      readonly weightDecay: number;
    };
    readonly weights: readonly number[];
    readonly bias: readonly number[];
    readonly epochLosses: readonly number[];
  };
  readonly clustering: readonly {
    readonly a: readonly number[];
    readonly b: readonly number[];
    readonly nmi: number;
    readonly ami: number;
  }[];
  readonly curves: readonly {
    readonly positives: readonly number[];
    readonly negatives: readonly number[];
    readonly auc: number;
    readonly averagePrecision: number;
    readonly roc: {
      readonly fpr: readonly number[];
      readonly tpr: readonly number[];
      readonly thresholds: readonly number[];
    };
    readonly pr: {
      readonly precision: readonly number[];
      readonly recall: readonly number[];
      readonly thresholds: readonly number[];
    };
  }[];
  readonly confusion: {
    readonly actual: readonly number[];
    readonly predicted: readonly number[];
    readonly matrix: readonly number[];
  };
}

const file = fixture('metrics-reference.json');

/** scikit-learn 1.2 and PyTorch 1.13 on data of `lcg-vectors.ts`. */
export const metricsReference = JSON.parse(readFileSync(file, 'utf8')) as MetricsReference;

/** The largest difference of two lists of the same length. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  return Array.from(a).reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0);
}
