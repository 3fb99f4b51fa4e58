import { Observable } from 'rxjs';
import { PipelineError } from '../operators/errors.ts';
import { runScoped, type ScopedRun } from '../operators/flow/run-scope.ts';
import {
  type Evaluation,
  type EvaluationProbes,
  type EvaluationProgress,
  evaluateVectors,
} from '../operators/evaluation/evaluation.ts';
import type { ProbeSpec } from '../operators/evaluation/scores/evaluated-probe.ts';
import { type EvaluationReport, writeEvaluation } from '../outputs/tables/evaluation-files.ts';
import { makeFolder } from '../outputs/files/make-folder.ts';
import { contrastMetrics } from './parts/contrast-metrics.ts';
import type { EvaluateOptions } from './options/shared-options.ts';
import { openRunEngine } from './parts/open-run-engine.ts';
import { type ExportedSet, openVectorSet } from './parts/open-vector-set.ts';
import { UsageError } from './options/usage-error.ts';

/** How far an evaluation is. */
export interface EvaluationAdvance extends EvaluationProgress {
  readonly kind: 'progress';
}

/** What an evaluation found, and the files that hold it. */
export interface Evaluated {
  readonly kind: 'result';
  readonly evaluation: Evaluation;
  readonly report: EvaluationReport;
}

/**
 * Measures the test vectors of an export against its training vectors and writes the result.
 *
 * One folder for both evaluates it against itself, no image being its own neighbour. Emits how far it is, and the
 * result when the files are complete.
 */
export function evaluate(options: EvaluateOptions): ScopedRun<EvaluationAdvance | Evaluated> {
  const { layer, k, out, rankings, bootstrap, bootstrapSeed, seed } = options;
  return runScoped(async (scope) => {
    const { signal } = scope;
    const threads = options.threads ?? undefined;
    const train = await openVectorSet(options.train, layer, signal);
    const test = await openVectorSet(options.test, layer, signal);
    refuseOtherModel(train, test);
    const leaveOneOut = train.datasetHash === test.datasetHash;
    const probes = await openProbes(options, leaveOneOut, signal);
    // Before the work, so that a folder that cannot be made costs no wait.
    await makeFolder(out);
    const engine = await openRunEngine(scope, options);

    const run = async (tell: (progress: EvaluationProgress) => void): Promise<Evaluated> => {
      const measured = await evaluateVectors(
        { train, test },
        {
          ks: k,
          layer,
          leaveOneOut,
          rankings,
          probes,
          bootstrap: bootstrap === 0 ? null : { resamples: bootstrap, seed: bootstrapSeed },
          seed,
          threads,
          signal,
          onProgress: tell,
        },
      );
      const contrast = await contrastMetrics(engine, test, {
        layer,
        temperature: options.temperature,
        seed,
        signal,
        onProgress: (done, total) => tell({ label: 'losses', done, total, unit: 'images' }),
      });
      const evaluation = withRows(measured, contrast.rows);
      const provenance = {
        modelHash: test.modelHash,
        trainHash: train.datasetHash,
        testHash: test.datasetHash,
        temperature: options.temperature,
        contrasted: contrast.contrasted,
      };
      const report = await writeEvaluation(out, evaluation, provenance, { signal });
      return { kind: 'result', evaluation, report };
    };
    // Unsubscribing aborts the signal of the scope, which ends the evaluation.
    return new Observable((subscriber) => {
      const running = run((progress) => subscriber.next({ kind: 'progress', ...progress })).then(
        (result) => {
          subscriber.next(result);
          subscriber.complete();
        },
        (error: unknown) => subscriber.error(error),
      );
      // An aborted run is closed when its temporary files are gone.
      scope.defer(() => running);
    });
  });
}

/** With further rows after those over all classes. */
function withRows(evaluation: Evaluation, further: Evaluation['rows']): Evaluation {
  const { rows } = evaluation;
  const overall = rows.filter((row) => row.class === null);
  return { ...evaluation, rows: [...overall, ...further, ...rows.slice(overall.length)] };
}

async function openProbes(
  options: EvaluateOptions,
  leaveOneOut: boolean,
  signal: AbortSignal,
): Promise<EvaluationProbes | undefined> {
  const { probe, probeLayer: layer } = options;
  if (probe === 'none') return undefined;
  if (leaveOneOut) {
    throw new UsageError(
      'Expected `--probe` to be `none` when `--train` and `--test` are the same images: a probe knows by heart what it has learnt from',
    );
  }
  const specs: Readonly<Record<'l2' | 'sgd', ProbeSpec>> = {
    l2: { solver: 'l2', l2: options.probeStrength },
    sgd: {
      solver: 'sgd',
      epochs: options.probeEpochs,
      decayAfter: [0.6, 0.75, 0.9].map((share) =>
        Math.max(1, Math.round(share * options.probeEpochs)),
      ),
      learningRate: options.probeLearningRate,
    },
  };
  return {
    layer,
    specs: probe === 'both' ? [specs.sgd, specs.l2] : [specs[probe]],
    train: await openVectorSet(options.train, layer, signal),
    test: await openVectorSet(options.test, layer, signal),
  };
}

/** Vectors of two models live in two spaces: their similarities mean nothing. */
function refuseOtherModel(train: ExportedSet, test: ExportedSet): void {
  if (train.modelHash === test.modelHash) return;
  throw new PipelineError(
    'ERR_CONFIG',
    `\`${train.name}\` and \`${test.name}\` were embedded with different weights. Embed both with the same \`--model\`.`,
    { path: test.name },
  );
}
