import type { MeanInterval } from '../../operators/evaluation/intervals/mean-interval.ts';
import type { Command } from '../command-line/command.ts';
import { textTable } from '../command-line/text-table.ts';
import { type TransferOptions, transferVerb } from '../options/transfer-options.ts';
import type { TransferSummary } from '../parts/report-transfer.ts';
import { transfer, type TransferResult } from '../transfer.ts';
import { counted } from '../../operators/message-words.ts';
import { afterFolder } from '../next/after-folder.ts';

/** `transfer` on the command line. */
export const transferCommand: Command<TransferOptions, TransferResult> = {
  verb: transferVerb,
  run: transfer,
  resumable: true,
  stopped: ({ out }) => `stopped; what is complete stays in ${out}`,
  about: ({ out }) => ({ out }),
  lines: ({ summary, report }) => [...resultLines(summary), '', `written to ${report.path}`],
  next: async (_result, { options }) => await afterFolder(options.out),
  json: ({ summary }) => ({ ...summary }),
};

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
          `${counted(notScored, 'test image')} of no class, or of one without training images: not scored (${method})`,
        ],
  );
  return [
    `${counted(classes.length)} ${which}; in brackets 95 % intervals over test images`,
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
