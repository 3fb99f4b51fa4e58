import path from 'node:path';
import { concat, concatMap, defer, EMPTY, ignoreElements, map, type Observable } from 'rxjs';
import { runScoped, type RunScope, type ScopedRun } from '../operators/flow/run-scope.ts';
import type { LinearProbe } from '../operators/evaluation/probe/linear-probe.ts';
import { type ProbeScores, probeScores } from '../operators/evaluation/probe/probe-scores.ts';
import { selectStrength } from '../operators/evaluation/probe/select-strength.ts';
import { trainProbe } from '../operators/evaluation/probe/train-probe.ts';
import { openEmbeddings } from '../outputs/embeddings/read-embeddings.ts';
import { readRun } from '../outputs/run/run-folder.ts';
import type { TransferReport } from '../outputs/tables/transfer-files.ts';
import { embed } from './embed.ts';
import { evaluate } from './evaluate.ts';
import { type ExportedSet, openVectorSet } from './parts/open-vector-set.ts';
import {
  embedVerb,
  evaluateVerb,
  trainVerb,
  type TransferOptions,
} from './options/shared-options.ts';
import { planTransfer, type TransferPlan } from './parts/plan-transfer.ts';
import { readClassifier } from './parts/read-classifier.ts';
import type { RunListener } from './parts/run-listener.ts';
import type { MethodFinding, TransferFindings } from './parts/transfer-findings.ts';
import { train } from './train.ts';
import { reportTransfer, type TransferSummary } from './parts/report-transfer.ts';
import { resolveOptions } from './options/verb.ts';

/** How far one part of a transfer has come. */
export interface TransferProgress {
  readonly kind: 'progress';
  /** What is being done, in a few words. */
  readonly label: string;
  readonly done: number;
  readonly total: number | undefined;
  readonly unit: string;
}

/** Last word of a transfer. */
export interface TransferResult {
  readonly kind: 'result';
  readonly summary: TransferSummary;
  readonly report: TransferReport;
}

/**
 * How well the encoder of a run serves other images, or classes that it has not seen.
 *
 * ```
 * DIR/train, DIR/test      vectors of the frozen encoder
 * DIR/evaluation/<layer>   nearest neighbours among them
 * DIR/fine-tuned           the run that went on from the encoder with a classifier
 * DIR/fine-tuned-test      vectors of its encoder
 * DIR/transfer.arrow       what either classifier said of each test image
 * DIR/summary.json
 * ```
 *
 * Every test image is scored once, from its plain view. Parts that are complete stay when the transfer is continued.
 * Emits progress, and the result last.
 */
export function transfer(
  options: TransferOptions,
  listener: RunListener = {},
): ScopedRun<TransferProgress | TransferResult> {
  return runScoped(async (scope) => {
    const plan = await planTransfer(options, scope.signal);
    for (const note of plan.notes) listener.note?.(note);
    const findings: TransferFindings = { methods: new Map(), neighbours: new Map() };
    const parts$: Observable<TransferProgress | TransferResult>[] = [
      ...(options.method === 'fine-tuned' ? [] : frozen(scope, options, plan, findings)),
      ...(options.method === 'frozen' ? [] : fineTuned(scope, options, plan, findings)),
      defer(async () => ({
        kind: 'result' as const,
        ...(await reportTransfer(options, plan, findings)),
      })),
    ];
    // Each part is complete in itself: a transfer that is told to stop does not start the next.
    return concat(
      ...parts$.map((part$) => defer((): typeof part$ => (scope.draining.aborted ? EMPTY : part$))),
    );
  });
}

type Part = Observable<TransferProgress>;

/** Vectors of both splits, nearest neighbours among them, and a linear classifier on them. */
function frozen(
  scope: RunScope,
  options: TransferOptions,
  plan: TransferPlan,
  findings: TransferFindings,
): readonly Part[] {
  const [trainFolder, testFolder] = [inside(options, 'train'), inside(options, 'test')];
  const { model, splitTrain, splitTest } = options;
  return [
    exported(scope, options, plan, { model, split: splitTrain, out: trainFolder, layer: 'both' }),
    exported(scope, options, plan, { model, split: splitTest, out: testFolder, layer: 'both' }),
    neighbours(scope, options, findings),
    work(async () => {
      const train = await openVectorSet(trainFolder, 'embedding', scope.signal);
      const test = await openVectorSet(testFolder, 'embedding', scope.signal);
      const { probe, classifier } = await fittedProbe(train, options, scope.signal);
      const scores = await scored(probe, test, options, scope.signal);
      findings.methods.set('frozen', { test, scores, classifier });
    }),
  ];
}

/** A classifier trained with all layers below it, from those of the run. */
function fineTuned(
  scope: RunScope,
  options: TransferOptions,
  plan: TransferPlan,
  findings: TransferFindings,
): readonly Part[] {
  const run = inside(options, 'fine-tuned');
  const testFolder = inside(options, 'fine-tuned-test');
  return [
    defer(() => {
      let total: number | undefined;
      const trained = train(
        resolveOptions(trainVerb, {
          ...dataOptions(options, plan),
          split: options.splitTrain,
          out: run,
          loss: 'cross-entropy',
          encoder: plan.architecture,
          stem: plan.stem,
          width: plan.width,
          imageSize: plan.imageSize,
          recipe: options.recipe,
          views: 1,
          batchSize: options.batchSize,
          epochs: options.epochs,
          steps: options.steps,
          learningRate: options.learningRate,
          resume: options.resume,
        }),
        { planned: (plans) => (total = plans.total) },
        plan.start,
      );
      return scope.nest(trained).pipe(
        map((step): TransferProgress => {
          return progress('fine-tuning', step.plan.seq + 1, total, 'steps');
        }),
      );
    }),
    exported(scope, options, plan, {
      model: run,
      split: options.splitTest,
      out: testFolder,
      layer: 'embedding',
    }),
    work(async () => {
      const { config, checkpoint } = await readRun(run);
      const test = await openVectorSet(testFolder, 'embedding', scope.signal);
      const probe = readClassifier(config, checkpoint.weights, run);
      const scores = await scored(probe, test, options, scope.signal);
      const { step } = checkpoint;
      findings.methods.set('fine_tuned', { test, scores, classifier: { steps: step } });
    }),
  ];
}

/** One split through the ordinary export. */
function exported(
  scope: RunScope,
  options: TransferOptions,
  plan: TransferPlan,
  what: { model: string; split: string; out: string; layer: 'embedding' | 'both' },
): Part {
  return defer(() => {
    let [done, total]: [number, number | undefined] = [0, undefined];
    const run = embed(
      resolveOptions(embedVerb, {
        ...dataOptions(options, plan),
        ...what,
        resume: options.resume,
      }),
      {
        planned(plans) {
          total = plans.total * plans.images;
          done = plans.done * plans.images;
        },
      },
    );
    const label = `exporting ${what.split} images`;
    return scope.nest(run).pipe(
      map(({ rows, bad }) => {
        done += rows + bad;
        return progress(label, done, total, 'images');
      }),
    );
  });
}

function neighbours(
  scope: RunScope,
  options: TransferOptions,
  { neighbours }: TransferFindings,
): Part {
  const [trainFolder, testFolder] = [inside(options, 'train'), inside(options, 'test')];
  const ofLayer = (layer: 'embedding' | 'projection'): Part => {
    const run = evaluate(
      resolveOptions(evaluateVerb, {
        train: trainFolder,
        test: testFolder,
        out: path.join(inside(options, 'evaluation'), layer),
        layer,
        rankings: 0,
        seed: options.seed,
        engine: options.engine,
        device: options.device,
        threads: options.threads,
      }),
    );
    return scope.nest(run).pipe(
      map((event) => {
        if (event.kind === 'result') {
          neighbours.set(layer, event.evaluation.rows);
          return progress(`comparing by ${layer}`, 1, 1, 'evaluations');
        }
        return progress(
          `comparing by ${layer}: ${event.label}`,
          event.done,
          event.total,
          event.unit,
        );
      }),
    );
  };
  return defer(async () => await openEmbeddings(testFolder)).pipe(
    concatMap(({ sizes }) =>
      concat(...layers.filter((layer) => sizes[layer] !== undefined).map(ofLayer)),
    ),
  );
}

const layers = ['embedding', 'projection'] as const;

/** A linear classifier on vectors as they are, and how it came about. */
async function fittedProbe(
  train: ExportedSet,
  { solver, seed, threads: some }: TransferOptions,
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
  { threads }: TransferOptions,
  signal: AbortSignal,
): Promise<ProbeScores> {
  return await probeScores(probe, test, { threads: threads ?? undefined, signal });
}

/** Options that every part takes alike. */
function dataOptions(options: TransferOptions, plan: TransferPlan): Record<string, unknown> {
  const { data, limit, seed, engine, device, threads } = options;
  const { classes, exceptClasses } = plan;
  return { data, limit, seed, engine, device, threads, classes, exceptClasses };
}

/** A part that has nothing to say on its way. */
function work(run: () => Promise<void>): Part {
  return defer(run).pipe(ignoreElements());
}

function inside({ out }: TransferOptions, name: string): string {
  return path.join(out, name);
}

function progress(
  label: string,
  done: number,
  total: number | undefined,
  unit: TransferProgress['unit'],
): TransferProgress {
  return { kind: 'progress', label, done, total, unit };
}
