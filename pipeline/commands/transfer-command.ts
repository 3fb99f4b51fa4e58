import type { MeanInterval } from '../../operators/evaluation/intervals/mean-interval.ts';
import { followRun, type Desk } from '../command-line/follow-run.ts';
import type { TransferOptions } from '../options/shared-options.ts';
import { showProgress } from '../command-line/progress.ts';
import type { TransferSummary } from '../parts/report-transfer.ts';
import { textTable } from '../command-line/text-table.ts';
import { transfer, type TransferProgress, type TransferResult } from '../transfer.ts';
import type { Outcome } from '../command-line/outcome.ts';

/** `transfer` with progress and signals. */
export async function transferCommand(options: TransferOptions, desk: Desk): Promise<Outcome> {
  const { out } = options;
  const progress = showProgress<TransferProgress | TransferResult>({
    status: desk.status,
    readingOf: (event) => (event.kind === 'progress' ? event : undefined),
  });
  const { last, interrupted } = await followRun(
    transfer(options, { note: desk.status.say }),
    desk,
    { progress, continueWith: desk.resumeCommand },
  );
  if (last?.kind !== 'result') {
    return {
      exitCode: 130,
      lines: [`stopped; what is complete stays in ${out}`],
      json: { verb: 'transfer', out, interrupted: true },
    };
  }
  return {
    exitCode: interrupted ? 130 : 0,
    lines: [...resultLines(last.summary), '', `written to ${last.report.path}`],
    json: { verb: 'transfer', out, interrupted, ...last.summary },
  };
}

function resultLines(summary: TransferSummary): readonly string[] {
  const { methods, neighbours, difference, classes, disjoint } = summary;
  const which = disjoint ? 'classes that the run had not seen' : 'classes';
  const rows = [
    ...methods.map(({ method, top1, top5 }) => [
      method.replace('_', '-'),
      String(top1?.n ?? 0),
      shown(top1),
      shown(top5),
    ]),
    ...neighbours.map(({ layer, metric, value, n }) => [
      `${metric.replace('_accuracy', '')} of ${layer}`,
      String(n),
      value === null ? '–' : percent(value),
      '',
    ]),
    ...(difference === null
      ? []
      : [['fine-tuned minus frozen', String(difference.n), shown(difference), '']]),
  ];
  const left = methods.flatMap(({ method, notScored }) =>
    notScored === 0
      ? []
      : [
          `${notScored} test images of no class, or of one without training images: not scored (${method})`,
        ],
  );
  return [
    `${classes.length} ${which}; in brackets 95 % intervals over test images`,
    ...textTable([['method', 'n', 'top-1', 'top-5'], ...rows]),
    ...left,
  ];
}

function shown(accuracy: MeanInterval | null): string {
  if (accuracy === null) return '–';
  const { value, ciLow, ciHigh } = accuracy;
  return `${percent(value)} [${percent(ciLow)}, ${percent(ciHigh)}]`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
