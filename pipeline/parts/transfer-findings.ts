import type { ProbeScores } from '../../operators/evaluation/probe/probe-scores.ts';
import type { EvaluationRow } from '../../operators/evaluation/scores/evaluation-rows.ts';
import type { ExportedSet } from './open-vector-set.ts';

/** What the parts of a transfer found. */
export interface TransferFindings {
  /** Every test image, scored once by each method; undefined for a method that was not asked for. */
  readonly frozen: MethodFinding | undefined;
  readonly fineTuned: MethodFinding | undefined;
  /** Evaluation of the frozen vectors, by every layer. */
  readonly neighbours: readonly EvaluationRow[];
}

/** What a method made of the test images. */
export interface MethodFinding {
  readonly test: ExportedSet;
  readonly scores: ProbeScores;
  /** How the classifier came about. */
  readonly classifier: Readonly<Record<string, number | string | boolean>>;
}
