import { type BootstrapOptions, quantile } from '../intervals/bootstrap.ts';
import { type ImageMetric, imageMetrics } from '../scores/image-metrics.ts';
import type { ImageScores } from '../scores/image-scores.ts';
import { imagesOfClasses } from '../scores/images-of-classes.ts';
import { resampledValues } from '../scores/resampled-values.ts';
import { ofAll, type Statistic } from '../metrics/statistic.ts';
import { studentQuantile } from './student-t.ts';

/** One way of training, evaluated on the same test images once for each training run. */
export interface ComparedModel {
  readonly name: string;
  /** One for each training run, such as for each seed; the n-th of all models are a pair. */
  readonly runs: readonly ImageScores[];
}

/** One metric of two models, as a row of `comparison.arrow`. */
export interface ComparisonRow {
  readonly baseline: string;
  readonly model: string;
  readonly metric: string;
  /** Null over all classes. */
  readonly class: string | null;
  /** Mean over the runs; null when there is nothing to measure. */
  readonly baselineValue: number | null;
  readonly modelValue: number | null;
  /** `modelValue − baselineValue`. */
  readonly difference: number | null;
  /** Ends of the 95 % interval of the difference over the choice of test images. */
  readonly ciLow: number | null;
  readonly ciHigh: number | null;
  /** Two-sided p-value of no difference, over the choice of test images; 0 means less than the resamples can tell. */
  readonly p: number | null;
  /** Ends of the 95 % interval of the difference over training runs; null for a single one. */
  readonly runsLow: number | null;
  readonly runsHigh: number | null;
  /** Significance: every interval that there is leaves out 0. */
  readonly significant: boolean | null;
  /** Test images that it was measured on. */
  readonly n: number;
  readonly runs: number;
}

/** Options of a comparison. */
export interface CompareScoresOptions extends BootstrapOptions {
  /** Metrics that are compared, by name. @default all that have an interval */
  readonly metrics?: ((name: string) => boolean) | undefined;
  /** Compare class by class as well. @default true */
  readonly byClass?: boolean | undefined;
}

/**
 * Paired comparison of each two models, metric by metric, over all scored images and by class.
 *
 * Differences are paired twice. Over test images: both models are measured on the same resamples, so that images that
 * are hard for both do not blur the difference; of several runs the mean is taken. Over training runs: the interval of
 * Student's t for the differences of the n-th run of one and the n-th of the other, which is what decides whether
 * training once more would tell the same. No correction is made for how many rows are looked at: of twenty true
 * ties one will seem to differ.
 *
 * @param models At least two, of the same images in the same order, each with as many runs.
 * @throws {RangeError} When they are not.
 * @see tufts-ml/SupContrast `bootstrap_knn_acc.py` for the pairing of images.
 * @example
 * ```ts
 * import { readScores } from 'sincere-embeddings/outputs';
 *
 * const baseline = { name: 'supcon', runs: [await readScores('runs/supcon/evaluation')] };
 * const model = { name: 'sincere', runs: [await readScores('runs/sincere/evaluation')] };
 * const rows = compareScores([baseline, model]);
 * console.table(rows.filter((row) => row.class === null));
 * ```
 */
export function compareScores(
  models: readonly ComparedModel[],
  options: CompareScoresOptions = {},
): ComparisonRow[] {
  checkModels(models);
  const { labels, classes, count } = models[0]!.runs[0]!;
  const all = Int32Array.from({ length: count }, (_, image) => image);
  const { byClass = true } = options;
  const ofClasses = byClass ? imagesOfClasses({ labels, classes }, all) : [];
  const groups = [
    { name: null, images: all },
    ...ofClasses.map((images, label) => ({ name: classes[label]!, images })),
  ];
  return groups.flatMap(({ name, images }) => comparedGroup(models, name, images, options));
}

function comparedGroup(
  models: readonly ComparedModel[],
  name: string | null,
  images: Int32Array,
  options: CompareScoresOptions,
): ComparisonRow[] {
  const { metrics: isWanted = () => true } = options;
  const metrics = sharedMetrics(models, images, isWanted);
  const resampled = resampledValues(
    metrics.flatMap(({ n, statistics }) =>
      statistics.map((runs) => ({
        n,
        statistic: (counts: Uint32Array, drawn: Uint32Array) =>
          mean(runs.map((of) => of(counts, drawn))),
      })),
    ),
    options,
  );
  return metrics.flatMap(({ metric, n, statistics }, at) => {
    const values = statistics.map((runs) => (n === 0 ? [] : runs.map((of) => ofAll(of, n))));
    return models.flatMap(({ name: baseline, runs }, first) =>
      Array.from(models.slice(first + 1), ({ name: model }, after): ComparisonRow => {
        const second = first + 1 + after;
        const draws = [first, second].map((of) => resampled[at * models.length + of]);
        return {
          baseline,
          model,
          metric,
          class: name,
          ...(n === 0 ? nothing : compared(values[first]!, values[second]!, draws[0]!, draws[1]!)),
          n,
          runs: runs.length,
        };
      }),
    );
  });
}

/** A metric with an interval that all runs of all models have, on the images that all of them have it on. */
interface SharedMetric {
  readonly metric: string;
  readonly n: number;
  /** For each model, for each run. */
  readonly statistics: readonly (readonly Statistic[])[];
}

function sharedMetrics(
  models: readonly ComparedModel[],
  images: Int32Array,
  isWanted: (name: string) => boolean,
): SharedMetric[] {
  const found = models.map(({ runs }) =>
    runs.map((scores) => ({ scores, metrics: imageMetrics(scores, images) })),
  );
  const all = found.flat();
  const named = (metrics: readonly ImageMetric[], name: string): ImageMetric | undefined =>
    metrics.find((one) => one.name === name);
  return all[0]!.metrics.flatMap(({ name, valueOnly = false }): SharedMetric[] => {
    if (valueOnly || !isWanted(name)) return [];
    const measured = all.map(({ metrics }) => named(metrics, name));
    if (measured.some((metric) => metric === undefined)) return [];
    const common = commonImages(measured as ImageMetric[]);
    const statistics = found.map((runs) =>
      runs.map(({ scores, metrics }): Statistic => {
        const metric = named(metrics, name)!;
        if (metric.images.length === common.length) return metric.statistic;
        return named(imageMetrics(scores, common), name)!.statistic;
      }),
    );
    return [{ metric: name, n: common.length, statistics }];
  });
}

const nothing = {
  baselineValue: null,
  modelValue: null,
  difference: null,
  ciLow: null,
  ciHigh: null,
  p: null,
  runsLow: null,
  runsHigh: null,
  significant: null,
};

function compared(
  a: readonly number[],
  b: readonly number[],
  resampledA: Float64Array,
  resampledB: Float64Array,
) {
  const [baselineValue, modelValue] = [mean(a), mean(b)];
  const draws = resampledB.map((value, at) => value - resampledA[at]!).sort();
  const [ciLow, ciHigh] = [quantile(draws, 0.025), quantile(draws, 0.975)];
  const below = draws.reduce((count, value) => count + Number(value <= 0), 0) / draws.length;
  const above = draws.reduce((count, value) => count + Number(value >= 0), 0) / draws.length;
  const overRuns = runsInterval(b.map((value, run) => value - a[run]!));
  const leavesOut = (low: number, high: number): boolean => low > 0 || high < 0;
  return {
    baselineValue,
    modelValue,
    difference: modelValue - baselineValue,
    ciLow,
    ciHigh,
    p: Math.min(1, 2 * Math.min(below, above)),
    runsLow: overRuns?.low ?? null,
    runsHigh: overRuns?.high ?? null,
    significant:
      leavesOut(ciLow, ciHigh) &&
      (overRuns === undefined || leavesOut(overRuns.low, overRuns.high)),
  };
}

/** Undefined for a single run, which says nothing about others. */
function runsInterval(
  differences: readonly number[],
): { readonly low: number; readonly high: number } | undefined {
  const runs = differences.length;
  if (runs < 2) return undefined;
  const centre = mean(differences);
  const squares = differences.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  const half = studentQuantile(runs - 1, 0.95) * Math.sqrt(squares / (runs - 1) / runs);
  return { low: centre - half, high: centre + half };
}

function commonImages(metrics: readonly ImageMetric[]): Int32Array {
  const [first, ...others] = metrics;
  const sets = others.map(({ images }) => new Set(images));
  return first!.images.filter((image) => sets.every((set) => set.has(image)));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function checkModels(models: readonly ComparedModel[]): void {
  if (models.length < 2) {
    throw new RangeError(`Expected at least 2 models to compare, got \`${models.length}\``);
  }
  const [first] = models;
  const wrong = models.find(({ runs }) => runs.length === 0 || runs.length !== first!.runs.length);
  if (wrong !== undefined) {
    throw new RangeError(
      `Expected \`${wrong.name}\` to have ${Math.max(1, first!.runs.length)} runs like \`${first!.name}\`, got \`${wrong.runs.length}\``,
    );
  }
  const { count, labels, classes } = first!.runs[0]!;
  for (const { name, runs } of models) {
    for (const scores of runs) {
      const same =
        scores.count === count &&
        scores.classes.length === classes.length &&
        scores.classes.every((one, at) => one === classes[at]) &&
        scores.labels.every((label, image) => label === labels[image]);
      if (same) continue;
      throw new RangeError(
        `Expected the runs of \`${name}\` to be on the images of \`${first!.name}\`, in the same order`,
      );
    }
  }
}
