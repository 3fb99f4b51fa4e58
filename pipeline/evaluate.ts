import { from } from 'rxjs';
import { PipelineError } from '../operators/errors.ts';
import { runScoped, type ScopedRun } from '../operators/flow/run-scope.ts';
import { evaluateNeighbours, type Evaluation } from '../operators/metrics/evaluation.ts';
import { type EvaluationReport, writeEvaluation } from '../outputs/evaluation-files.ts';
import type { EvaluateOptions } from './options.ts';
import { readEmbeddedSet, type ReadSet } from './read-embedded-set.ts';

/** What an evaluation found, and the files that hold it. */
export interface Evaluated {
  readonly evaluation: Evaluation;
  readonly report: EvaluationReport;
}

/**
 * Measures the test vectors of an export against its training vectors and writes the result.
 *
 * One folder for both evaluates it against itself, no image being its own neighbour.
 * Emits once, when the files are complete.
 */
export function evaluate(options: EvaluateOptions): ScopedRun<Evaluated> {
  const { layer, k, threads, out } = options;
  return runScoped(({ signal }) => {
    const run = async (): Promise<Evaluated> => {
      const train = await readEmbeddedSet(options.train, layer, signal);
      const test = await readEmbeddedSet(options.test, layer, signal);
      refuseOtherModel(train, test);
      const evaluation = await evaluateNeighbours(train, test, {
        ks: k,
        layer,
        leaveOneOut: train.datasetHash === test.datasetHash,
        threads: threads ?? undefined,
        signal,
      });
      const report = await writeEvaluation(out, evaluation);
      return { evaluation, report };
    };
    return from(run());
  });
}

/** Vectors of two models live in two spaces: their similarities mean nothing. */
function refuseOtherModel(train: ReadSet, test: ReadSet): void {
  if (train.modelHash === test.modelHash) return;
  throw new PipelineError(
    'ERR_CONFIG',
    `\`${train.name}\` and \`${test.name}\` were embedded with different weights. Embed both with the same \`--model\`.`,
    { path: test.name },
  );
}
