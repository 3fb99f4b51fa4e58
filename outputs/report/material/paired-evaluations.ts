import { messageOf, PipelineError } from '../../../operators/errors.ts';
import { compareScores } from '../../../operators/evaluation/comparison/compare-scores.ts';
import { isInClassTable } from '../../../operators/evaluation/metrics/metric-names.ts';
import { commonImages } from '../../tables/common-images.ts';
import { type ReadScores, readScores } from '../../tables/read-scores.ts';
import { placeless } from './page-names.ts';
import type { PairedEncoder, PairedEvaluations, ReportEvaluation } from './material.ts';

/** Most evaluations that are compared: the scores of all are held at once. */
const mostCompared = 12;

/** Most scored images of all of them: each is resampled a thousand times, in some 40 s for as many. */
const mostImages = 600_000;

/** Metrics that are compared. Areas take as long as all others together: `compare` has them. */
const isCompared = (name: string): boolean => isInClassTable(name) && name !== 'auc';

/**
 * Compares the evaluations of the same test images, image by image, in the metrics that a person reads, as `compare` does with
 * its defaults. Runs of one encoder that differ only by their seed are one model, when there are as many of each.
 *
 * Memory: some hundred bytes for each test image of each evaluation.
 *
 * @param note Hears what was left out.
 * @returns Undefined with fewer than two that can be compared.
 */
export async function pairedEvaluations(
  all: readonly ReportEvaluation[],
  {
    note,
    signal,
  }: { readonly note: (text: string) => void; readonly signal?: AbortSignal | undefined },
): Promise<PairedEvaluations | undefined> {
  const chosen = sameTestImages(all, note);
  if (chosen.length < 2) return undefined;
  try {
    const encoders = pairedEncoders(chosen);
    const scores = new Map<ReportEvaluation, ReadScores>();
    const evaluations = encoders.flatMap((one) => one.evaluations);
    for (const one of evaluations) {
      signal?.throwIfAborted();
      scores.set(one, await readScores(one.path));
    }
    const { runs, images } = commonImages([...scores.values()]);
    const runOf = new Map(evaluations.map((one, at) => [one, runs[at]!]));
    if (evaluations.some((one) => one.summary.scored !== images)) {
      note(`compared on the ${images.toLocaleString('en')} test images that all evaluations have`);
    }
    const models = encoders.map(({ name, evaluations: of }) => {
      return { name, runs: of.map((one) => runOf.get(one)!) };
    });
    signal?.throwIfAborted();
    const rows = compareScores(models, { metrics: isCompared, byClass: false });
    return { encoders, rows, images };
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    note(`the evaluations could not be compared: ${placeless(messageOf(error), chosen)}`);
    return undefined;
  }
}

/** The evaluations of the test images that most of them measured. */
function sameTestImages(
  all: readonly ReportEvaluation[],
  note: (text: string) => void,
): readonly ReportEvaluation[] {
  const byTest = grouped(all, ({ summary }) => summary.testHash);
  const most = [...byTest.values()].toSorted((a, b) => b.length - a.length)[0] ?? [];
  if (most.length < 2) return [];
  const others = all.length - most.length;
  if (others > 0) {
    note(
      `${others} of ${all.length} evaluations are of other test images than the others and were not compared with them`,
    );
  }
  const images = Math.max(1, ...most.map(({ summary }) => summary.scored));
  const count = Math.max(2, Math.min(mostCompared, Math.floor(mostImages / images)));
  if (most.length > count) {
    note(
      `the first ${count} of ${most.length} evaluations are compared with each other: \`compare\` takes more`,
    );
  }
  return most.slice(0, count);
}

/** Encoders with as many training runs each, or each evaluation by itself: one of the same weights again is no other run. */
function pairedEncoders(chosen: readonly ReportEvaluation[]): readonly PairedEncoder[] {
  const groups = [...grouped(chosen, ({ encoder }) => encoder)];
  const isEven = groups.every(([, of]) => of.length === groups[0]![1].length && areRuns(of));
  if (groups.length < 2 || !isEven) {
    return chosen.map((one) => ({ name: one.label, evaluations: [one] }));
  }
  // The n-th runs of two encoders are a pair: those of one seed, as far as that is known.
  const seedOf = ({ run }: ReportEvaluation): number => Number(run?.saved.config['seed'] ?? 0);
  return groups.map(([name, evaluations]) => {
    return { name, evaluations: evaluations.toSorted((a, b) => seedOf(a) - seedOf(b)) };
  });
}

function areRuns(evaluations: readonly ReportEvaluation[]): boolean {
  const weights = new Set(evaluations.map(({ summary }) => summary.modelHash));
  return weights.size === evaluations.length;
}

function grouped<T>(
  all: readonly T[],
  keyOf: (one: T) => string,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group === undefined) groups.set(keyOf(one), [one]);
    else group.push(one);
  }
  return groups;
}
