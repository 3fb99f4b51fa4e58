import { shownLocation } from '../operators/shown-location.ts';
import { type Evaluation, evaluateVectors } from '../operators/evaluation/evaluation.ts';
import type {
  EvaluationProbes,
  EvaluationProgress,
  EvaluateVectorsOptions,
} from '../operators/evaluation/evaluation-options.ts';
import type { ProbeSpec } from '../operators/evaluation/scores/evaluated-probe.ts';
import { type EvaluationProvenance, writeEvaluation } from '../outputs/tables/evaluation-files.ts';
import type { ResultReport } from '../outputs/tables/result-folder.ts';
import { contrastedGroups } from './parts/contrasted-groups.ts';
import { contrastMetrics } from './parts/contrast-metrics.ts';
import { type EvaluateOptions, evaluateVerb } from './options/evaluate-options.ts';
import { makeResultOut } from './parts/make-result-out.ts';
import { openRunEngine } from './parts/open-run-engine.ts';
import { openSides } from './parts/open-sides.ts';
import type { OpenedSet } from './parts/opened-set.ts';
import type { Resolved } from './options/verb.ts';
import { tellCopies, tellNamesakes, tellOverlap } from './parts/tell-overlap.ts';
import { runTask } from './parts/run-task.ts';
import { type Run, startRun } from './parts/start-run.ts';
import { UsageError } from './options/usage-error.ts';
import { tellUnscored } from './parts/tell-unscored.ts';
import { usableKs } from './parts/usable-ks.ts';

/** Result of an evaluation, and the files that hold it. */
export interface Evaluated {
  readonly evaluation: Evaluation;
  /** Rows of both sets that were left out: vectors that are not finite, or have no length. */
  readonly unusable: Readonly<Record<'train' | 'test', number>>;
  readonly report: ResultReport;
}

/**
 * Measures test vectors against training vectors and writes the result: exports, or any files of vectors.
 *
 * One location for both, two exports of the same images, or two files (or an export and a file) of the same ids, classes and
 * vectors are evaluated leave-one-out: no image is its own neighbour. Test images that stand among the training images of another set are told and listed in
 * `overlap.arrow`.
 *
 * @throws {PipelineError} `ERR_CONFIG` when the sets were embedded by different models, or their vectors have not one length; `ERR_FORMAT`, `ERR_WRITE`.
 * @example
 * ```ts
 * const sets = { train: 'runs/a/train', test: 'runs/a/test' };
 * const { evaluation } = await evaluate({ ...sets, out: 'runs/a/evaluation' });
 * console.log(evaluation.rows.find(({ metric }) => metric === 'knn1_accuracy')?.value);
 * ```
 */
export function evaluate(given: EvaluateOptions): Run<Evaluated> {
  return startRun(evaluateVerb, given, async (options, scope, note) => {
    const { out, seed } = options;
    const { signal } = scope;
    const { train, test, layer, leaveOneOut, by } = await openSides(options, scope, note);
    if (leaveOneOut) tellCopies(train, note);
    if (!leaveOneOut) tellUnscored(train, test, note);
    const ks = usableKs(train, { k: options.k, leaveOneOut }, note);
    const probes = probesOf(options, { train, test }, leaveOneOut);
    // Before the work, so that a folder that cannot be made costs no wait.
    await makeResultOut(
      { out, format: 'sincere-evaluation', scope, note },
      { train: options.train, test: options.test },
    );
    const engine = await openRunEngine(scope, options, note);

    return runTask(scope, async (tell) => {
      const onProgress = (progress: EvaluationProgress): void => tell(progress);
      const measured = await evaluateVectors(
        { train, test },
        { ...measuresOf(options), by, layer, ks, leaveOneOut, probes, signal, onProgress },
      );
      if (measured.overlap !== null) {
        tellOverlap(measured.overlap, note);
        tellNamesakes(measured.neighbours, measured.overlap, note);
      }
      const contrasting = {
        layer,
        temperature: options.temperature,
        seed,
        signal,
        onProgress: (done: number, total: number): void =>
          tell({ label: 'losses', done, total, unit: 'images' }),
      };
      const contrast = await contrastMetrics(engine, test, contrasting);
      const evaluation = {
        ...withRows(measured, contrast.rows),
        groups: await contrastedGroups(engine, { test, by }, measured.groups, {
          ...contrasting,
          onProgress: (done, total) =>
            tell({ label: 'losses of groups', done, total, unit: 'images' }),
        }),
      };
      const provenance = {
        modelHash: test.modelHash,
        trainHash: train.datasetHash,
        testHash: test.datasetHash,
        trainImages: train.imagesHash,
        testImages: test.imagesHash,
        ...filesOf({ train, test }),
        temperature: options.temperature,
        contrasted: contrast.contrasted,
        unusable: unusableOf({ train, test }),
        ...(options.exclude === null ? {} : { exclude: shownLocation(options.exclude) }),
      };
      const report = await writeEvaluation(out, evaluation, provenance, { signal });
      return { evaluation, unusable: provenance.unusable, report };
    });
  });
}

/** Provenance of the files of both sides; nothing of two exports. */
function filesOf({
  train,
  test,
}: Record<'train' | 'test', OpenedSet>): Pick<EvaluationProvenance, 'trainFile' | 'testFile'> {
  const [trainFile, testFile] = [train.file, test.file];
  return trainFile === null && testFile === null ? {} : { trainFile, testFile };
}

function unusableOf({ train, test }: Record<'train' | 'test', OpenedSet>): Evaluated['unusable'] {
  return { train: train.unusable.rows, test: test.unusable.rows };
}

function measuresOf(
  options: Resolved<EvaluateOptions>,
): Pick<EvaluateVectorsOptions, 'rankings' | 'bootstrap' | 'seed' | 'threads'> {
  const { rankings, bootstrap, bootstrapSeed, seed, threads } = options;
  return {
    rankings,
    bootstrap: bootstrap === 0 ? null : { resamples: bootstrap, seed: bootstrapSeed },
    seed,
    threads: threads ?? undefined,
  };
}

/** Inserts further rows after those over all classes. */
function withRows(evaluation: Evaluation, further: Evaluation['rows']): Evaluation {
  const { rows } = evaluation;
  const overall = rows.filter((row) => row.class === null);
  return { ...evaluation, rows: [...overall, ...further, ...rows.slice(overall.length)] };
}

function probesOf(
  options: Resolved<EvaluateOptions>,
  { train, test }: Readonly<Record<'train' | 'test', OpenedSet>>,
  leaveOneOut: boolean,
): EvaluationProbes | undefined {
  const { probe, probeLayer: layer } = options;
  if (probe === 'none') return undefined;
  if (leaveOneOut) {
    throw new UsageError(
      'Expected `probe` to be `none` when `train` and `test` are the same images: a probe knows by heart what it has learnt from',
      { options: ['probe', 'train', 'test'] },
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
    train: train.on(layer),
    test: test.on(layer),
  };
}
