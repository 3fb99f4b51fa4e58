import type { ComparisonRow } from '../../operators/evaluation/comparison/compare-scores.ts';
import { compare } from '../compare.ts';
import { followRun, type Desk } from '../command-line/follow-run.ts';
import type { CompareOptions } from '../options/shared-options.ts';
import { textTable } from '../command-line/text-table.ts';
import type { Outcome } from '../command-line/outcome.ts';

/** `compare` with signals. */
export async function compareCommand(options: CompareOptions, desk: Desk): Promise<Outcome> {
  const { evaluations, out } = options;
  const { last } = await followRun(compare(options), desk);
  if (last === undefined) {
    return {
      exitCode: 130,
      lines: ['stopped; nothing was written'],
      json: { verb: 'compare', out, evaluations, interrupted: true },
    };
  }
  const { rows, report } = last;
  const overall = rows.filter((row) => row.class === null);
  return {
    exitCode: 0,
    lines: [
      ...pairLines(overall),
      'test images: 95 % interval of the difference over the choice of test images',
      ...(overall.some(({ runs }) => runs > 1)
        ? ['training runs: the same over training runs, paired in their order']
        : [
            'one training run each: how much training again would change is not in these intervals',
          ]),
      '*: every interval leaves out 0; of twenty true ties one would have a star',
      ...(report === null ? [] : [`written to ${report.path}, by class as well`]),
    ],
    json: { verb: 'compare', out, evaluations, interrupted: false, rows: overall },
  };
}

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
