import type { ComparisonRow } from '../../../operators/evaluation/comparison/compare-scores.ts';
import { metricOf } from '../../../operators/evaluation/metrics/metric-names.ts';
import type { PairedEncoder, PairedEvaluations, ReportEvaluation } from '../material/material.ts';

/** The best encoder and the next one, compared image by image. */
export interface BestPair {
  readonly better: string;
  readonly worse: string;
  readonly metric: string;
  readonly betterValue: number;
  readonly worseValue: number;
  /** Size of the difference, 0 or more, and the ends of its 95 % interval in the same direction. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly runsLow: number | null;
  readonly runsHigh: number | null;
  /** Every interval that there is leaves out 0. */
  readonly isSignificant: boolean;
  /** Test images that it was measured on. */
  readonly images: number;
  /** Training runs of each. */
  readonly runs: number;
}

/** Metrics that say how well classes are separated, the first that is there counts. */
const separating = ['margin', 'class_mean_accuracy', 'knn1_accuracy'];

/**
 * The two encoders that separate best, of those that were trained where there are two of them. Evaluations of the same weights, such as
 * one that was repeated, are no pair: their difference is none. Undefined where no such metric was measured on both.
 */
export function bestPair({ encoders, rows }: PairedEvaluations): BestPair | undefined {
  const trained = encoders.filter(({ evaluations }) => !isUntrained(evaluations[0]));
  const candidates = new Set(trained.map(weightsOf)).size < 2 ? encoders : trained;
  for (const metric of separating) {
    const found = ofMetric(
      metric,
      rows.filter((row) => row.metric === metric),
      candidates,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

function ofMetric(
  metric: string,
  rows: readonly ComparisonRow[],
  candidates: readonly PairedEncoder[],
): BestPair | undefined {
  const values = new Map(
    rows.flatMap(({ baseline, model, baselineValue, modelValue }) => [
      [baseline, baselineValue] as const,
      [model, modelValue] as const,
    ]),
  );
  const sign = metricOf(metric)?.better === 'lower' ? -1 : 1;
  const ranked = candidates
    .filter(({ name }) => typeof values.get(name) === 'number')
    .toSorted((a, b) => sign * (values.get(b.name)! - values.get(a.name)!));
  const best = ranked[0];
  const next = ranked.find((one) => best !== undefined && weightsOf(one) !== weightsOf(best));
  const [better, worse] = [best?.name, next?.name];
  const row = rows.find(
    ({ baseline, model }) =>
      [baseline, model].includes(better ?? '') && [baseline, model].includes(worse ?? ''),
  );
  if (better === undefined || worse === undefined || row?.difference == null) return undefined;
  const { ciLow, ciHigh, runsLow, runsHigh } = row;
  if (ciLow === null || ciHigh === null) return undefined;
  // The row is of the model minus the baseline; here of the better minus the worse, counted as an improvement.
  const turns = (row.model === better ? 1 : -1) * sign;
  const [low, high] = turned(ciLow, ciHigh, turns);
  const overRuns =
    runsLow === null || runsHigh === null ? [null, null] : turned(runsLow, runsHigh, turns);
  return {
    better,
    worse,
    metric,
    betterValue: values.get(better)!,
    worseValue: values.get(worse)!,
    difference: Math.abs(row.difference),
    low,
    high,
    runsLow: overRuns[0]!,
    runsHigh: overRuns[1]!,
    isSignificant: row.significant === true,
    images: row.n,
    runs: row.runs,
  };
}

/** What its vectors are a function of, beside the images: weights and the layer. Of weights that are not known its own name. */
function weightsOf({ name, evaluations }: PairedEncoder): string {
  const made = evaluations.map(({ summary }) => [summary.modelHash, summary.layer]);
  const isKnown = made.length > 0 && made.every(([hash]) => hash !== null);
  return JSON.stringify(isKnown ? made : name);
}

function isUntrained(evaluation: ReportEvaluation | undefined): boolean {
  return evaluation?.encoder === 'untrained' || evaluation?.run?.saved.config['steps'] === 0;
}

function turned(low: number, high: number, turns: number): readonly [number, number] {
  return turns > 0 ? [low, high] : [-high, -low];
}
