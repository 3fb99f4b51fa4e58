import type { ProbeScores } from '../../operators/evaluation/probe/probe-scores.ts';
import type { EvaluationRow } from '../../operators/evaluation/scores/evaluation-rows.ts';
import type { ExportedSet } from './open-vector-set.ts';

/** What the parts leave for the last one. */
export interface TransferFindings {
  /** Every test image, scored once by each method. */
  readonly methods: Map<'frozen' | 'fine_tuned', MethodFinding>;
  /** Nearest neighbours among the frozen vectors, by layer. */
  readonly neighbours: Map<'embedding' | 'projection', readonly EvaluationRow[]>;
}

/** What a method made of the test images. */
export interface MethodFinding {
  readonly test: ExportedSet;
  readonly scores: ProbeScores;
  /** How the classifier came about. */
  readonly classifier: Readonly<Record<string, number | string | boolean>>;
}
