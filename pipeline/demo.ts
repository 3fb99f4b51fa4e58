import fs from 'node:fs/promises';
import path from 'node:path';
import { concat, defer, EMPTY, map, type Observable, tap } from 'rxjs';
import { writeSyntheticFolder } from '../datasets/write-synthetic-folder.ts';
import { PipelineError } from '../operators/errors.ts';
import { runScoped, type RunScope, type ScopedRun } from '../operators/flow/run-scope.ts';
import { writeAtomicJson } from '../outputs/files/atomic-file.ts';
import { embed } from './embed.ts';
import { evaluate, type Evaluated } from './evaluate.ts';
import { type DemoOptions, embedVerb, evaluateVerb, trainVerb } from './options/shared-options.ts';
import { train } from './train.ts';
import { resolveOptions } from './options/verb.ts';

/** How far one part of the demo has come. */
export interface DemoProgress {
  readonly kind: 'progress';
  /** What is being done, in a few words. */
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly unit: 'images';
}

/** What the demo found for one encoder. */
export interface DemoRow {
  readonly encoder: 'untrained' | 'sincere' | 'supcon';
  /** Share of test images whose nearest training image has their class, 0 to 1. */
  readonly nearest1: number;
  /** The same for the weighted vote of five. */
  readonly nearest5: number;
  /** Median cosine similarity to the nearest training image of the same class. */
  readonly targetMedian: number;
  /** The same to the nearest of another class. */
  readonly noiseMedian: number;
  readonly margin: number;
  /** Share of same-class pairs that SupCon would push apart, over the last tenth of the steps; null without training. */
  readonly repelledShare: number | null;
  /** Folder of the run and of what was made of it. */
  readonly folder: string;
}

/** Last word of the demo. */
export interface DemoResult {
  readonly kind: 'result';
  readonly rows: readonly DemoRow[];
  readonly images: string;
}

/** Files that show a folder to be the demo's own, to be made anew. */
const markName = 'demo.json';
const encoders = ['untrained', 'sincere', 'supcon'] as const;
const perClass = { train: 100, test: 50 };
const batchSize = 64;

/**
 * The whole story on generated images: train with SINCERE and with SupCon from the same seed, export
 * training and test images with each encoder and with the untrained one, and measure them.
 *
 * Everything lies below `options.out` and is made anew each time, except the images.
 */
export function demo(options: DemoOptions): ScopedRun<DemoProgress | DemoResult> {
  return runScoped(async (scope) => {
    await clearOwnResults(options.out);
    const images = path.join(options.out, 'images');
    const rows: DemoRow[] = [];
    const result$ = defer(() => [{ kind: 'result' as const, rows, images }]);
    const parts$ = [
      drawImages(scope, options, images),
      ...encoders.map((encoder) => measureEncoder(scope, options, images, encoder, rows)),
      result$,
    ];
    // Each part is complete in itself: a demo that is told to stop does not start the next.
    return concat(
      ...parts$.map((part$) => defer((): typeof part$ => (scope.draining.aborted ? EMPTY : part$))),
    );
  });
}

function drawImages(
  scope: RunScope,
  { seed }: DemoOptions,
  images: string,
): Observable<DemoProgress> {
  return scope
    .nest(writeSyntheticFolder(images, { perClass, seed, imageSize: 32 }))
    .pipe(map(({ done, total }) => progress('drawing images', done, total)));
}

/** Trains (or not), exports both splits, evaluates, and adds a row. */
function measureEncoder(
  scope: RunScope,
  options: DemoOptions,
  images: string,
  encoder: DemoRow['encoder'],
  rows: DemoRow[],
): Observable<DemoProgress> {
  const folder = path.join(options.out, encoder);
  const run = path.join(folder, 'run');
  const { seed, engine, device, threads } = options;
  const repelled: number[] = [];
  const steps = encoder === 'untrained' ? 0 : options.steps;
  const trained$ = defer(() =>
    scope.nest(
      train(
        resolveOptions(trainVerb, {
          data: images,
          split: 'train',
          out: run,
          loss: encoder === 'untrained' ? 'sincere' : encoder,
          steps,
          batchSize,
          seed,
          engine,
          device,
          threads,
        }),
      ),
    ),
  ).pipe(
    tap(({ plan, readouts }) => {
      if (plan.seq < steps * 0.9 || !('repelledShare' in readouts)) return;
      repelled.push(readouts.repelledShare);
    }),
    map(({ plan }) =>
      progress(
        `training with ${lossNames[encoder]}`,
        (plan.seq + 1) * batchSize,
        steps * batchSize,
      ),
    ),
  );
  const exported$ = (['train', 'test'] as const).map((split) =>
    defer(() => {
      let done = 0;
      return scope
        .nest(
          embed(
            resolveOptions(embedVerb, {
              data: images,
              split,
              model: run,
              out: path.join(folder, split),
              engine,
              device,
              threads,
            }),
          ),
        )
        .pipe(
          map(({ rows: written }) => {
            done += written;
            return progress(`exporting ${split} images`, done, 10 * perClass[split]);
          }),
        );
    }),
  );
  const evaluated$ = defer(() =>
    scope.nest(
      evaluate(
        resolveOptions(evaluateVerb, {
          train: path.join(folder, 'train'),
          test: path.join(folder, 'test'),
          out: path.join(folder, 'evaluation'),
          threads,
        }),
      ),
    ),
  ).pipe(
    map((event) => {
      if (event.kind === 'progress') {
        return progress(`evaluating: ${event.label}`, event.done, event.total ?? event.done);
      }
      rows.push(demoRow(encoder, folder, event, repelled));
      const images = 10 * perClass.test;
      return progress('evaluating', images, images);
    }),
  );
  return concat(trained$, ...exported$, evaluated$);
}

const lossNames = { untrained: 'no loss', sincere: 'SINCERE', supcon: 'SupCon' } as const;

function demoRow(
  encoder: DemoRow['encoder'],
  folder: string,
  { evaluation }: Evaluated,
  repelled: readonly number[],
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
    repelledShare:
      repelled.length === 0
        ? null
        : repelled.reduce((sum, share) => sum + share, 0) / repelled.length,
    folder,
  };
}

function progress(label: string, done: number, total: number): DemoProgress {
  return { kind: 'progress', label, done, total, unit: 'images' };
}

/** Removes what an earlier demo left, and nothing else. */
async function clearOwnResults(out: string): Promise<void> {
  await fs.mkdir(out, { recursive: true });
  const names = await fs.readdir(out);
  const mark = path.join(out, markName);
  if (names.length > 0 && !names.includes(markName)) {
    throw new PipelineError(
      'ERR_CONFIG',
      `\`${out}\` holds other files, such as \`${names[0]}\`. Give the demo an empty or a new folder with \`--out\`.`,
      { path: out },
    );
  }
  await writeAtomicJson(mark, { about: 'made by sincere demo, and made anew by the next one' });
  for (const encoder of encoders) {
    await fs.rm(path.join(out, encoder), { recursive: true, force: true });
  }
}
