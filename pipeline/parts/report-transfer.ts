import { PipelineError } from '../../operators/errors.ts';
import {
  meanInterval,
  type MeanInterval,
} from '../../operators/evaluation/intervals/mean-interval.ts';
import { topAccuracyInterval } from '../../operators/evaluation/intervals/top-accuracy-interval.ts';
import { type OverlapSummary, overlapSummary } from '../../outputs/tables/overlap-columns.ts';
import {
  type TransferReport,
  type TransferRows,
  writeTransfer,
} from '../../outputs/tables/transfer-files.ts';
import type { TransferOptions } from '../options/transfer-options.ts';
import type { Resolved } from '../options/verb.ts';
import type { TransferPlan } from './plan-transfer.ts';
import type { MethodFinding, TransferFindings } from './transfer-findings.ts';

/** Result of one method. */
export interface TransferMethod {
  readonly method: 'frozen' | 'fine_tuned';
  /** Classes among which it chose. */
  readonly classes: number;
  readonly top1: MeanInterval | null;
  /** Null with at most five classes, among which every image would count. */
  readonly top5: MeanInterval | null;
  /** Test images that were left out: without a class, or of one without a training image. */
  readonly notScored: number;
  /** Training record of the classifier: how it came about. */
  readonly classifier: MethodFinding['classifier'];
}

/** k-NN accuracy: share of test images whose nearest training images vote for their class. */
export interface NeighbourSummary {
  readonly layer: 'embedding' | 'projection';
  readonly metric: string;
  readonly value: number | null;
  readonly n: number;
}

/** `summary.json` of a transfer. */
export interface TransferSummary {
  /** Hash of the weights that it went on from. */
  readonly model: string;
  /** Disjoint classes: only those were used that the run had not seen. */
  readonly disjoint: boolean;
  /** Of the test images, in order. */
  readonly classes: readonly string[];
  readonly methods: readonly TransferMethod[];
  /** Top-1 of the fine-tuned minus that of the frozen method, on the same resamples; null with one method. */
  readonly difference: MeanInterval | null;
  readonly neighbours: readonly NeighbourSummary[];
  /** Test images that stand in the training split as well: `overlap.arrow` lists them. */
  readonly overlap: OverlapSummary | null;
}

/**
 * Puts together what the parts of a transfer found, and writes it.
 *
 * @throws {PipelineError} `ERR_CONTRACT` when the methods scored different images; `ERR_WRITE`.
 */
export async function reportTransfer(
  options: Pick<Resolved<TransferOptions>, 'out' | 'disjoint'>,
  plan: TransferPlan,
  { frozen, fineTuned, neighbours, overlap }: TransferFindings,
): Promise<{ readonly summary: TransferSummary; readonly report: TransferReport }> {
  const methods = methodsOf({ frozen, fine_tuned: fineTuned });
  // At least one method was asked for.
  const { test } = methods[0]!.finding;
  const summary: TransferSummary = {
    model: plan.start.hash,
    disjoint: options.disjoint,
    classes: test.classes,
    methods: methods.map(summaryOf),
    difference: difference(frozen, fineTuned),
    neighbours: neighbours
      .filter((row) => row.class === null && /^knn\d+_accuracy$/u.test(row.metric))
      .map(({ layer, metric, value, n }) => ({ layer, metric, value, n })),
    overlap: overlapSummary(overlap),
  };
  const saved = JSON.parse(JSON.stringify(summary)) as Record<string, never>;
  const report = await writeTransfer(options.out, rowsOf(test, methods), saved, overlap);
  return { summary, report };
}

/** A method that was asked for. */
interface NamedMethod {
  readonly method: TransferMethod['method'];
  readonly finding: MethodFinding;
}

function methodsOf(
  found: Readonly<Record<TransferMethod['method'], MethodFinding | undefined>>,
): readonly NamedMethod[] {
  return (['frozen', 'fine_tuned'] as const).flatMap((method) => {
    const finding = found[method];
    return finding === undefined ? [] : [{ method, finding }];
  });
}

function summaryOf({ method, finding }: NamedMethod): TransferMethod {
  const { scores, classifier } = finding;
  const { ranks, classes } = scores;
  return {
    method,
    classes: classes.length,
    top1: topAccuracyInterval(ranks, classes.length, 1),
    top5: topAccuracyInterval(ranks, classes.length, 5),
    notScored: ranks.filter((rank) => rank < 0).length,
    classifier,
  };
}

/** Paired: both methods on the same images in each resample. */
function difference(
  frozen: MethodFinding | undefined,
  fineTuned: MethodFinding | undefined,
): MeanInterval | null {
  if (frozen === undefined || fineTuned === undefined) return null;
  const gains = [...frozen.scores.ranks].flatMap((rank, image) => {
    const other = fineTuned.scores.ranks[image]!;
    return rank < 0 || other < 0 ? [] : [Number(other === 0) - Number(rank === 0)];
  });
  return meanInterval(gains);
}

function rowsOf(test: MethodFinding['test'], methods: readonly NamedMethod[]): TransferRows {
  const ids = idsOf(test);
  for (const { finding: other } of methods) {
    const others = idsOf(other.test);
    if (others.length === ids.length && others.every((id, at) => id === ids[at])) continue;
    throw new PipelineError(
      'ERR_CONTRACT',
      `\`${test.name}\` and \`${other.test.name}\` hold different images: some could be read once only. Export both again.`,
      { path: other.test.name },
    );
  }
  return {
    id: ids,
    class: Array.from(test.labels, (label) => (label < 0 ? null : test.classes[label]!)),
    methods: new Map(
      methods.map(({ method, finding: { scores } }) => [
        method,
        {
          class: Array.from(scores.predicted, (label) => scores.classes[label]!),
          rank: Array.from(scores.ranks, (rank) => (rank < 0 ? null : rank + 1)),
        },
      ]),
    ),
  };
}

function idsOf(set: MethodFinding['test']): string[] {
  return Array.from({ length: set.count }, (_, position) => set.id(position));
}
