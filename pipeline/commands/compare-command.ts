import path from 'node:path';
import type { ComparisonRow } from '../../operators/evaluation/comparison/compare-scores.ts';
import type { Command } from '../command-line/command.ts';
import { textTable } from '../command-line/text-table.ts';
import { compare, type Compared } from '../compare.ts';
import { type CompareOptions, compareVerb } from '../options/compare-options.ts';
import { counted } from '../../operators/message-words.ts';
import { convertStep } from '../next/convert-step.ts';
import { nextStep } from '../next/next-step.ts';
import { reportOfComparison } from '../next/report-step.ts';

/** `compare` on the command line. */
export const compareCommand: Command<CompareOptions, Compared> = {
  verb: compareVerb,
  run: compare,
  stopped: () => 'stopped; nothing was written',
  about: ({ out, evaluations }) => ({ out, evaluations }),
  lines: ({ rows, images, report }) => {
    const overall = rows.filter((row) => row.class === null);
    return [
      ...pairLines(overall),
      `${counted(images, 'test image')}, common to all evaluations`,
      'test images: 95 % interval of the difference over the choice of test images',
      ...(overall.some(({ runs }) => runs > 1)
        ? ['training runs: the same over training runs, paired in their order']
        : [
            'one training run each: how much training again would change is not in these intervals',
          ]),
      '*: every interval leaves out 0; of twenty true ties one would have a star',
      ...(report === null ? [] : [`written to ${report.path}, by class as well`]),
    ];
  },
  next: (_result, { options }) => {
    const { out, ...same } = options;
    const { evaluations } = options;
    const folders = evaluations.flatMap((runs) => runs.split(','));
    return [
      reportOfComparison(folders, out),
      out === null
        ? nextStep('keep the differences, those by class as well', compareVerb, {
            ...same,
            out: 'runs/comparison',
          })
        : convertStep('the differences', path.join(out, 'comparison.arrow')),
    ];
  },
  json: ({ rows, images, leftOut, differences }) => ({
    images,
    leftOut,
    differences,
    rows: rows.filter((row) => row.class === null),
  }),
};

/** A table for each pair of models. */
function pairLines(rows: readonly ComparisonRow[]): string[] {
  const pairs = new Map(rows.map((row) => [`${row.model}  against  ${row.baseline}`, row]));
  return [...pairs].flatMap(([title, { baseline, model }]) => {
    const ofPair = rows.filter((row) => row.baseline === baseline && row.model === model);
    const heading = [
      'metric',
      'baseline',
      'model',
      'difference',
      'test images',
      'training runs',
      '',
    ];
    const lines = ofPair.map((row) => [
      row.metric,
      shown(row.baselineValue),
      shown(row.modelValue),
      signed(row.difference),
      interval(row.ciLow, row.ciHigh),
      interval(row.runsLow, row.runsHigh),
      row.significant === true ? '*' : '',
    ]);
    return [title, ''].concat(textTable([heading, ...lines]), '');
  });
}

function shown(value: number | null): string {
  return value === null ? '–' : value.toFixed(4);
}

function signed(value: number | null): string {
  if (value === null) return '–';
  return `${value < 0 ? '' : '+'}${value.toFixed(4)}`;
}

function interval(low: number | null, high: number | null): string {
  return low === null || high === null ? '–' : `[${signed(low)}, ${signed(high)}]`;
}
