import type { SetOverlap } from '../../operators/evaluation/overlap/set-overlap.ts';
import type { ProbeScores } from '../../operators/evaluation/probe/probe-scores.ts';
import type { EvaluationRow } from '../../operators/evaluation/scores/evaluation-rows.ts';
import type { ExportedSet } from './open-vector-set.ts';

/** Findings of the parts of a transfer. */
export interface TransferFindings {
  /** Every test image, scored once by each method; undefined for a method that was not asked for. */
  readonly frozen: MethodFinding | undefined;
  readonly fineTuned: MethodFinding | undefined;
  /** Evaluation of the frozen vectors, by every layer. */
  readonly neighbours: readonly EvaluationRow[];
  /** Test images that stand in the training split as well; by content alone where there are no vectors of both. */
  readonly overlap: SetOverlap | null;
}

/** Predictions of one method on the test images. */
export interface MethodFinding {
  readonly test: ExportedSet;
  readonly scores: ProbeScores;
  /** Training record of the classifier: how it came about. */
  readonly classifier: Readonly<Record<string, number | string | boolean>>;
}
