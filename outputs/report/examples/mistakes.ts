import path from 'node:path';
import { tableRows } from '../../arrow/table-rows.ts';
import type { ReportEvaluation } from '../material/material.ts';
import { confusionName } from '../tables/read-confusion.ts';
import { neighboursName } from '../tables/read-similarities.ts';
import { drawnSample } from './drawn-sample.ts';
import { firstBy } from './first-by.ts';

/** A test image beside its nearest training images. */
export interface TestImage {
  readonly id: string;
  readonly class: string;
  readonly predicted: string;
  /** Nearest training image of its class; null when there is none. */
  readonly sameId: string | null;
  /** NaN when there is none. */
  readonly sameSimilarity: number;
  readonly otherId: string | null;
  readonly otherClass: string | null;
  readonly otherSimilarity: number;
}

/** A class that is taken for another one. */
export interface Confusion {
  readonly class: string;
  readonly predicted: string;
  readonly images: number;
  /** The one of them that is the nearest to another class, the predicted one where there is such, compared with its own. */
  readonly example: TestImage | undefined;
}

/** Test images of an evaluation, as one way of predicting sees them. */
export interface Mistakes {
  /** Column of the predictions, such as `knn5`. */
  readonly source: string;
  /** Images with a class and a prediction. */
  readonly images: number;
  readonly wrongCount: number;
  /** The wrong ones by how much nearer another class is, and a sample of the right ones. */
  readonly wrong: readonly TestImage[];
  readonly right: readonly TestImage[];
  /** Most frequent first. */
  readonly confusions: readonly Confusion[];
}

const [mostWrong, mostRight, mostConfusions] = [10, 5, 12];

/**
 * Reads which test images an evaluation has wrong; one record batch in memory at a time.
 *
 * @returns Undefined when nothing was predicted.
 * @throws {PipelineError} `ERR_FORMAT` when a file is damaged.
 */
export async function readMistakes(
  { path: folder, metrics }: Pick<ReportEvaluation, 'path' | 'metrics'>,
  signal?: AbortSignal,
): Promise<Mistakes | undefined> {
  const source = sourceOf(metrics.keys());
  if (source === undefined) return undefined;
  const wrong = firstBy<TestImage>(mostWrong);
  const right = drawnSample<TestImage>(mostRight, source);
  const confusions = await readConfusions(path.join(folder, confusionName), source, signal);
  const examples = new Map(confusions.map((one) => [pairOf(one), firstBy<TestImage>(1)]));
  let [images, wrongCount] = [0, 0];
  for await (const one of testImages(path.join(folder, neighboursName), source, signal)) {
    images += 1;
    if (one.predicted === one.class) right.offer(one);
    else {
      wrongCount += 1;
      wrong.offer(one, gapOf(one));
      examples.get(pairOf(one))?.offer(one, clearnessOf(one));
    }
  }
  if (images === 0) return undefined;
  const shown = confusions.map((one) => ({
    class: one.class,
    predicted: one.predicted,
    images: one.images,
    example: examples.get(pairOf(one))!.values()[0],
  }));
  return {
    source,
    images,
    wrongCount,
    wrong: wrong.values(),
    right: right.values(),
    confusions: shown,
  };
}

/** How predictions are made that an evaluation has: votes of neighbours before class means. */
function sourceOf(metrics: Iterable<string>): string | undefined {
  const sources = Array.from(metrics, (name) => /^(knn\d+|class_mean)_accuracy$/u.exec(name)?.[1]);
  const found = sources.filter((source) => source !== undefined);
  return found.findLast((source) => source.startsWith('knn')) ?? found[0];
}

/** How much nearer another class is than its own; 2 where there is none of its own, which no cosine exceeds. */
function gapOf({ sameSimilarity, otherSimilarity }: TestImage): number {
  return Number.isNaN(sameSimilarity) ? 2 : otherSimilarity - sameSimilarity;
}

/** How clear an example of its confusion it is: first those whose nearest of another class is of the class that was predicted. */
function clearnessOf(one: TestImage): number {
  return gapOf(one) + (one.otherClass === one.predicted ? widestGap : 0);
}

/** More than two gaps of cosines differ by. */
const widestGap = 5;

function pairOf(one: { readonly class: string; readonly predicted: string }): string {
  return JSON.stringify([one.class, one.predicted]);
}

const pairColumns = { source: 'text', class: 'text', predicted: 'text', images: 'number' } as const;

async function readConfusions(
  file: string,
  wanted: string,
  signal: AbortSignal | undefined,
): Promise<readonly Omit<Confusion, 'example'>[]> {
  const most = firstBy<Omit<Confusion, 'example'>>(mostConfusions);
  for await (const { source, ...pair } of tableRows(file, pairColumns, { signal })) {
    if (source === wanted && pair.class !== pair.predicted) most.offer(pair, pair.images);
  }
  return most.values();
}

async function* testImages(
  file: string,
  source: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<TestImage, void> {
  const columns = {
    id: 'text',
    class: 'text?',
    predicted: { column: source, kind: 'text?' },
    sameId: { column: 'same_id', kind: 'text?' },
    sameSimilarity: { column: 'same_similarity', kind: 'number?' },
    otherId: { column: 'other_id', kind: 'text?' },
    otherClass: { column: 'other_class', kind: 'text?' },
    otherSimilarity: { column: 'other_similarity', kind: 'number?' },
  } as const;
  for await (const row of tableRows(file, columns, { signal })) {
    const { class: own, predicted } = row;
    if (own === null || predicted === null) continue;
    yield {
      ...row,
      class: own,
      predicted,
      sameSimilarity: row.sameSimilarity ?? Number.NaN,
      otherSimilarity: row.otherSimilarity ?? Number.NaN,
    };
  }
}
