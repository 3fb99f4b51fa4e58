import fs from 'node:fs/promises';
import path from 'node:path';
import { lastValueFrom, tap } from 'rxjs';
import { writeSyntheticFolder } from '../datasets/synthetic/write-synthetic-folder.ts';
import { PipelineError } from '../operators/errors.ts';
import type { Evaluation } from '../operators/evaluation/evaluation.ts';
import type { RunScope } from '../operators/flow/run-scope.ts';
import { writeAtomicJson } from '../operators/files/atomic-file.ts';
import { makeFolder } from '../operators/files/make-folder.ts';
import { embed } from './embed.ts';
import { evaluate } from './evaluate.ts';
import { type DemoOptions, demoVerb } from './options/demo-options.ts';
import type { Resolved } from './options/verb.ts';
import { drawnResults } from './parts/drawn-results.ts';
import type { TellNote } from './parts/run-event.ts';
import { retelling, runNested } from './parts/run-nested.ts';
import { runTask, type TaskProgress, type TellProgress } from './parts/run-task.ts';
import { type Run, startRun } from './parts/start-run.ts';
import type { TrainedStep } from './parts/tell-steps.ts';
import { train } from './train.ts';

/** Results of the demo for one encoder. */
export interface DemoRow {
  readonly encoder: 'untrained' | 'sincere' | 'supcon';
  /** 1-NN accuracy: share of test images whose nearest training image has their class, 0 to 1. */
  readonly nearest1: number;
  /** 5-NN accuracy: the same for the weighted vote of five. */
  readonly nearest5: number;
  /** Median cosine similarity to the nearest training image of the same class. */
  readonly targetMedian: number;
  /** The same to the nearest of another class. */
  readonly noiseMedian: number;
  /** The first minus the second: below 0 when another class is the nearer one. */
  readonly margin: number;
  /** Share of same-class pairs that SupCon would push apart, over the last tenth of the steps; null without training. */
  readonly repelledShare: number | null;
  /** Folder of the run and of what was made of it. */
  readonly folder: string;
}

/** Result of the demo. */
export interface DemoResult {
  readonly rows: readonly DemoRow[];
  /** Folder of the generated images. */
  readonly images: string;
  /** The page that shows all of it. */
  readonly report: string;
}

/** Files that show a folder to be the demo's own, to be made anew. */
const markName = 'demo.json';
const reportName = 'report.html';
const encoders = ['untrained', 'sincere', 'supcon'] as const;
const perClass = { train: 100, test: 50 };
const batchSize = 64;

/**
 * The whole story on generated images: train with SINCERE and with SupCon from the same seed, export
 * training and test images with each encoder and with the untrained one, and measure them.
 *
 * Everything lies below `out` and is made anew each time, except the images.
 *
 * @throws {PipelineError} `ERR_CONFIG` when `out` holds other files.
 * @example
 * ```ts
 * const { rows } = await demo({ out: 'runs/demo' });
 * console.table(rows);
 * ```
 */
export function demo(given: DemoOptions = {}): Run<DemoResult> {
  return startRun(demoVerb, given, async (options, scope, note) => {
    await clearOwnResults(options.out);
    const images = path.join(options.out, 'images');
    return runTask(scope, async (tell) => {
      const story: Story = { scope, options, images, tell, note };
      await drawImages(story);
      const rows: DemoRow[] = [];
      // Each part is complete in itself: a demo that is told to stop does not start the next.
      for (const encoder of encoders) rows.push(await measuredEncoder(story, encoder));
      const report = await drawnReport(story);
      return { rows, images, report };
    });
  });
}

/** Context of every part of the demo. */
interface Story {
  readonly scope: RunScope;
  readonly options: Resolved<DemoOptions>;
  readonly images: string;
  readonly tell: TellProgress;
  readonly note: TellNote;
}

async function drawImages({ scope, options, images, tell }: Story): Promise<void> {
  const drawing = writeSyntheticFolder(images, { perClass, seed: options.seed, imageSize: 32 });
  const drawn$ = scope
    .nest(drawing)
    .pipe(tap(({ done, total }) => tell({ label: 'drawing images', done, total, unit: 'images' })));
  await lastValueFrom(drawn$, { defaultValue: undefined });
  scope.draining.throwIfAborted();
}

/** Draws everything that is there as one page. */
async function drawnReport({ scope, options, tell, note }: Story): Promise<string> {
  const { signal } = scope;
  const { out } = options;
  const { file } = await drawnResults({
    results: [out],
    out: path.join(out, reportName),
    signal,
    note,
    onSection: (done, total) =>
      tell({ label: 'drawing the report', done, total, unit: 'sections' }),
  });
  return file;
}

/** Trains (or not), exports both splits, evaluates. */
async function measuredEncoder(story: Story, encoder: DemoRow['encoder']): Promise<DemoRow> {
  const { scope, options, images } = story;
  const folder = path.join(options.out, encoder);
  const [run, train, test] = ['run', 'train', 'test'].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ];
  const repelledShare = await trained(story, encoder, run);
  const { engine, device, threads } = options;
  for (const [split, out] of [
    ['train', train],
    ['test', test],
  ] as const) {
    await runNested(
      scope,
      embed({ data: images, split, model: run, out, engine, device, threads }),
      retelling(
        story,
        labelled(() => `exporting ${split} images`),
      ),
    );
  }
  const { evaluation } = await runNested(
    scope,
    evaluate({ train, test, out: path.join(folder, 'evaluation'), threads }),
    retelling(
      story,
      labelled((label) => `evaluating: ${label}`),
    ),
  );
  return demoRow(encoder, folder, evaluation, repelledShare);
}

/**
 * Trains an encoder, none of whose steps are taken for the untrained one.
 *
 * @returns The share of repelled pairs, a mean over the last tenth of the steps; null without training.
 */
async function trained(
  story: Story,
  encoder: DemoRow['encoder'],
  run: string,
): Promise<number | null> {
  const { scope, options, images } = story;
  const { seed, engine, device, threads } = options;
  const steps = encoder === 'untrained' ? 0 : options.steps;
  const loss = encoder === 'untrained' ? 'sincere' : encoder;
  const training = train({
    data: images,
    split: 'train',
    out: run,
    loss,
    steps,
    batchSize,
    seed,
    engine,
    device,
    threads,
  });
  const repelled: number[] = [];
  const told = retelling<TrainedStep>(
    story,
    labelled(() => `training with ${lossNames[encoder]}`),
  );
  await runNested(scope, training, {
    ...told,
    progress(event) {
      told.progress(event);
      const { plan, readouts } = event.step;
      if (plan.seq < steps * 0.9 || !('repelledShare' in readouts)) return;
      repelled.push(readouts.repelledShare);
    },
  });
  if (repelled.length === 0) return null;
  return repelled.reduce((sum, share) => sum + share, 0) / repelled.length;
}

/** Progress of a part under a label of the demo, without its details. */
const labelled =
  (labelOf: (label: string) => string) =>
  ({ label, done, total, unit, amount }: TaskProgress): TaskProgress => ({
    label: labelOf(label),
    done,
    total,
    unit,
    amount,
  });

const lossNames = { untrained: 'no loss', sincere: 'SINCERE', supcon: 'SupCon' } as const;

function demoRow(
  encoder: DemoRow['encoder'],
  folder: string,
  evaluation: Evaluation,
  repelledShare: number | null,
): DemoRow {
  const value = (metric: string): number => {
    const row = evaluation.rows.find((one) => one.metric === metric && one.class === null);
    if (row === undefined || row.value === null) {
      throw new PipelineError(
        'ERR_CONTRACT',
        `The evaluation of \`${folder}\` has no \`${metric}\``,
      );
    }
    return row.value;
  };
  return {
    encoder,
    nearest1: value('knn1_accuracy'),
    nearest5: value('knn5_accuracy'),
    targetMedian: value('target_median'),
    noiseMedian: value('noise_median'),
    margin: value('margin'),
    repelledShare,
    folder,
  };
}

/** Removes what an earlier demo left, and nothing else. */
async function clearOwnResults(out: string): Promise<void> {
  await makeFolder(out);
  const names = await fs.readdir(out);
  const mark = path.join(out, markName);
  if (names.length > 0 && !names.includes(markName)) {
    throw new PipelineError(
      'ERR_CONFIG',
      `\`${out}\` holds other files, such as \`${names[0]}\`. Give the demo an empty or a new folder: \`out\`.`,
      { path: out, options: ['out'] },
    );
  }
  await writeAtomicJson(mark, { about: 'made by sincere demo, and made anew by the next one' });
  for (const name of [...encoders, reportName]) {
    await fs.rm(path.join(out, name), { recursive: true, force: true });
  }
}
