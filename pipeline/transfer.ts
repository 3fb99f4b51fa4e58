import path from 'node:path';
import type { RunScope } from '../operators/flow/run-scope.ts';
import {
  contentOverlap,
  type ImageList,
  type SetOverlap,
} from '../operators/evaluation/overlap/set-overlap.ts';
import { inferenceWeights } from '../operators/step/inference-weights.ts';
import { openDataset } from '../datasets/open-dataset.ts';
import type { EvaluationRow } from '../operators/evaluation/scores/evaluation-rows.ts';
import type { LinearProbe } from '../operators/evaluation/probe/linear-probe.ts';
import { probeScores } from '../operators/evaluation/probe/probe-scores.ts';
import { selectStrength } from '../operators/evaluation/probe/select-strength.ts';
import { trainProbe } from '../operators/evaluation/probe/train-probe.ts';
import { embeddingsLayers } from '../outputs/embeddings/embeddings-schema.ts';
import { openEmbeddings } from '../outputs/embeddings/read-embeddings.ts';
import { readRun } from '../outputs/run/read-run.ts';
import type { TransferReport } from '../outputs/tables/transfer-files.ts';
import { embed } from './embed.ts';
import { evaluate } from './evaluate.ts';
import { imageList } from './parts/image-list.ts';
import { tellOverlap } from './parts/tell-overlap.ts';
import { type TransferOptions, transferVerb } from './options/transfer-options.ts';
import { listOptions, type ListOptions } from './options/data-options.ts';
import type { Resolved } from './options/verb.ts';
import { type ExportedSet, openVectorSet } from './parts/open-vector-set.ts';
import { planTransfer, type TransferPlan } from './parts/plan-transfer.ts';
import { readClassifier } from './parts/read-classifier.ts';
import { reportTransfer, type TransferSummary } from './parts/report-transfer.ts';
import type { TellNote } from './parts/run-event.ts';
import { retelling, runNested } from './parts/run-nested.ts';
import { runTask, type TellProgress } from './parts/run-task.ts';
import { type Run, startRun } from './parts/start-run.ts';
import type { MethodFinding } from './parts/transfer-findings.ts';
import { train } from './train.ts';
import { counted } from '../operators/message-words.ts';

/** Result of a transfer, and the files that hold it. */
export interface TransferResult {
  readonly summary: TransferSummary;
  readonly report: TransferReport;
}

/**
 * Transfer learning: how well the encoder of a run serves other images, or classes that it has not seen.
 *
 * ```
 * DIR/train, DIR/test      vectors of the frozen encoder
 * DIR/evaluation/<layer>   nearest neighbours among them
 * DIR/fine-tuned           the run that went on from the encoder with a classifier
 * DIR/fine-tuned-test      vectors of its encoder
 * DIR/transfer.arrow       what either classifier said of each test image
 * DIR/overlap.arrow        test images that stand in the training split as well
 * DIR/summary.json
 * ```
 *
 * Every test image is scored once, from its plain view. Parts that are complete stay when the transfer is continued.
 *
 * @throws {PipelineError} `ERR_CONFIG` when the run has seen every class and `disjoint` is on; `ERR_FORMAT`, …
 * @example
 * ```ts
 * const { summary } = await transfer({ data: 'birds', model: 'runs/a', out: 'runs/a/birds' });
 * ```
 */
export function transfer(given: TransferOptions): Run<TransferResult> {
  return startRun(transferVerb, given, async (options, scope, note) => {
    const plan = await planTransfer(options, scope.signal);
    for (const text of plan.notes) note(text);
    return runTask(scope, async (tell) => {
      const parts: Parts = { scope, options, plan, tell, note };
      const frozen = options.method === 'fine-tuned' ? undefined : await frozenMethod(parts);
      const tuned = options.method === 'frozen' ? undefined : await fineTunedMethod(parts);
      return await reportTransfer(options, plan, {
        frozen: frozen?.finding,
        fineTuned: tuned?.finding,
        neighbours: frozen?.neighbours ?? [],
        overlap: frozen === undefined ? tuned!.overlap : frozen.overlap,
      });
    });
  });
}

/** Context of every part of a transfer. */
interface Parts {
  readonly scope: RunScope;
  readonly options: Resolved<TransferOptions>;
  readonly plan: TransferPlan;
  readonly tell: TellProgress;
  readonly note: TellNote;
}

/** Vectors of both splits, nearest neighbours among them, and a linear probe on them. */
async function frozenMethod(parts: Parts): Promise<{
  readonly finding: MethodFinding;
  readonly neighbours: readonly EvaluationRow[];
  readonly overlap: SetOverlap | null;
}> {
  const { options, scope } = parts;
  const [trainFolder, testFolder] = [inside(options, 'train'), inside(options, 'test')];
  const { model, checkpoint, splitTrain, splitTest } = options;
  const both = { model, checkpoint, layer: 'both' } as const;
  await exported(parts, { ...both, split: splitTrain, out: trainFolder });
  await exported(parts, { ...both, split: splitTest, out: testFolder });
  const { neighbours, overlap } = await nearestNeighbours(parts, trainFolder, testFolder);
  const train = await openVectorSet(trainFolder, 'embedding', scope.signal);
  const test = await openVectorSet(testFolder, 'embedding', scope.signal);
  const { probe, classifier } = await fittedProbe(train, options, scope.signal);
  const finding = { test, scores: await scored(probe, test, parts), classifier };
  // Told to stop, it does not start the next part.
  scope.draining.throwIfAborted();
  return { finding, neighbours, overlap };
}

/** Fine-tuning: a classifier trained with all layers below it, from those of the run. */
async function fineTunedMethod(parts: Parts): Promise<{
  readonly finding: MethodFinding;
  readonly overlap: SetOverlap | null;
}> {
  const { options, plan, scope } = parts;
  // Exports of both splits have compared them already.
  const images = options.method === 'both' ? undefined : await comparedSplits(parts);
  const run = inside(options, 'fine-tuned');
  const testFolder = inside(options, 'fine-tuned-test');
  const trained = train(
    {
      ...dataOptions(parts),
      split: options.splitTrain,
      out: run,
      loss: 'cross-entropy',
      encoder: plan.architecture,
      stem: plan.stem,
      width: plan.width,
      imageSize: plan.imageSize,
      augmentation: options.augmentation,
      ...plan.reading,
      views: 1,
      batchSize: options.batchSize,
      epochs: options.epochs,
      steps: options.steps,
      learningRate: options.learningRate,
      layerDecay: options.layerDecay,
      resume: options.resume,
    },
    plan.start,
  );
  await runNested(
    scope,
    trained,
    retelling(parts, ({ done, total }) => ({ label: 'fine-tuning', done, total, unit: 'steps' }), {
      names: { split: 'splitTrain' },
      opening: 'data',
    }),
  );
  const split = options.splitTest;
  await exported(parts, { model: run, split, out: testFolder, layer: 'embedding' });
  const { config, checkpoint } = await readRun(run);
  const test = await openVectorSet(testFolder, 'embedding', scope.signal);
  const probe = readClassifier(config, inferenceWeights(checkpoint), run);
  const scores = await scored(probe, test, parts);
  scope.draining.throwIfAborted();
  return {
    finding: { test, scores, classifier: { steps: checkpoint.step } },
    overlap: images === undefined ? null : contentOverlap(images, test),
  };
}

/** Contents of the training split; that test images are among them is told before the first step. */
async function comparedSplits(parts: Parts): Promise<ImageList> {
  const { options, scope, tell, note } = parts;
  const { data, classes, excludeClasses, limit, seed } = dataOptions(parts);
  const contents = async (split: string): Promise<ImageList> => {
    const dataset = await openDataset(data, {
      split,
      ...listOptions(options),
      classes: classes ?? undefined,
      excludeClasses: excludeClasses ?? undefined,
      limit: limit ?? undefined,
      seed,
      signal: scope.signal,
    });
    const label = `comparing ${split} images`;
    const onProgress = (done: number, total: number): void =>
      tell({ label, done, total, unit: 'images' });
    return await imageList(dataset, { signal: scope.signal, onProgress });
  };
  const train = await contents(options.splitTrain);
  tellOverlap(contentOverlap(train, await contents(options.splitTest)), note);
  scope.draining.throwIfAborted();
  return train;
}

/** One split through the ordinary export. */
async function exported(
  parts: Parts,
  what: { model: string; split: string; out: string; layer: 'embedding' | 'both' },
): Promise<void> {
  const { resume } = parts.options;
  const run = embed({ ...dataOptions(parts), ...what, resume });
  const label = `exporting ${what.split} images`;
  const { bad, repaired } = await runNested(
    parts.scope,
    run,
    retelling(parts, ({ done, total, unit, amount }) => ({ label, done, total, unit, amount }), {
      names: { split: what.split === parts.options.splitTest ? 'splitTest' : 'splitTrain' },
      opening: 'data',
    }),
  );
  const one = `${what.split} image`;
  const found = [
    ...(bad === 0 ? [] : [`${counted(bad, `${one} has`, `${one}s have`)} no vector`]),
    ...(repaired === 0 ? [] : [`${counted(repaired, `${one} was`, `${one}s were`)} repaired`]),
  ];
  if (found.length > 0) parts.note(`${found.join(', ')}: see quarantine.arrow in ${what.out}`);
}

/** Nearest neighbours among the frozen vectors, by every layer that there is. */
async function nearestNeighbours(
  parts: Parts,
  trainFolder: string,
  testFolder: string,
): Promise<{
  readonly neighbours: readonly EvaluationRow[];
  readonly overlap: SetOverlap | null;
}> {
  const { options, scope } = parts;
  const { sizes } = await openEmbeddings(testFolder);
  const neighbours: EvaluationRow[] = [];
  let overlap: SetOverlap | null = null;
  for (const layer of embeddingsLayers) {
    if (sizes[layer] === undefined) continue;
    const run = evaluate({
      train: trainFolder,
      test: testFolder,
      out: path.join(inside(options, 'evaluation'), layer),
      layer,
      rankings: 0,
      seed: options.seed,
      engine: options.engine,
      device: options.device,
      threads: options.threads,
    });
    const { evaluation } = await runNested(
      scope,
      run,
      retelling(parts, ({ label, done, total, unit }) => ({
        label: `comparing by ${layer}: ${label}`,
        done,
        total,
        unit,
      })),
    );
    neighbours.push(...evaluation.rows);
    overlap ??= evaluation.overlap;
  }
  return { neighbours, overlap };
}

/** A linear classifier on vectors as they are, and how it came about. */
async function fittedProbe(
  train: ExportedSet,
  { solver, seed, threads: some }: Resolved<TransferOptions>,
  signal: AbortSignal,
): Promise<{ readonly probe: LinearProbe } & Pick<MethodFinding, 'classifier'>> {
  const threads = some ?? undefined;
  if (solver === 'sgd') {
    return {
      probe: await trainProbe(train, { solver, seed, threads, signal }),
      classifier: { solver },
    };
  }
  const { l2 } = await selectStrength(train, { seed, threads, signal });
  const probe = await trainProbe(train, { solver, l2, threads, signal });
  return { probe, classifier: { solver, l2, converged: probe.converged } };
}

async function scored(
  probe: LinearProbe,
  test: ExportedSet,
  { options, scope }: Parts,
): Promise<MethodFinding['scores']> {
  const threads = options.threads ?? undefined;
  return await probeScores(probe, test, { threads, signal: scope.signal });
}

/** Options that every part takes alike. */
function dataOptions({ options, plan }: Parts): {
  readonly data: string;
  readonly limit: number | null;
  readonly seed: number;
  readonly classes: readonly string[] | null;
  readonly excludeClasses: readonly string[] | null;
} & Pick<
  Resolved<TransferOptions>,
  | keyof ListOptions
  | 'engine'
  | 'device'
  | 'threads'
  | 'decoder'
  | 'maxInvalid'
  | 'tolerant'
  | 'maxPixels'
  | 'maxBytes'
> {
  const { data, columns, imageRoot, cacheDir, cacheGb } = options;
  const { limit, seed, engine, device, threads } = options;
  const chosen = { data, columns, imageRoot, cacheDir, cacheGb, limit, seed };
  const { decoder, maxInvalid, tolerant, maxPixels, maxBytes } = options;
  const { classes, excludeClasses } = plan;
  const decoding = { decoder, maxInvalid, tolerant, maxPixels, maxBytes };
  return { ...chosen, engine, device, threads, ...decoding, classes, excludeClasses };
}

function inside({ out }: Resolved<TransferOptions>, name: string): string {
  return path.join(out, name);
}
