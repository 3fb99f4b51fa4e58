import type { ComparisonRow } from '../../../operators/evaluation/comparison/compare-scores.ts';
import { metricOf } from '../../../operators/evaluation/metrics/metric-names.ts';
import { counted, cutText } from '../../../operators/message-words.ts';
import { markup, type Markup } from '../../page/markup.ts';
import type { ReportComparison } from '../material/material.ts';

/** Longest name of an encoder in a sentence: `compare` takes several folders as one. */
const longestName = 80;

/** A sentence of each pair of encoders of a comparison: in how many metrics they differ, and in whose favour. */
export function comparedPairs({ rows, metadata }: ReportComparison): readonly Markup[] {
  const pairs = new Map<string, ComparisonRow[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.baseline, row.model]);
    const known = pairs.get(key);
    if (known === undefined) pairs.set(key, [row]);
    else known.push(row);
  }
  const images = Number(metadata.get('images') ?? Number.NaN);
  const on = Number.isNaN(images) ? '' : ` on ${counted(images, 'test image')}`;
  return [...pairs.values()].map((of) => pairSentence(of, on));
}

function pairSentence(rows: readonly ComparisonRow[], on: string): Markup {
  const { baseline, model } = rows[0]!;
  const names = [model, baseline].map((name) => cutText(name, longestName)) as [string, string];
  const tested = rows.filter(({ significant }) => significant !== null);
  const differing = tested.filter(({ significant }) => significant === true);
  const compared = markup`<strong>${names[0]} and ${names[1]} were compared</strong>${on}`;
  if (tested.length === 0) return markup`${compared}: no metric has an interval of the difference.`;
  const count =
    differing.length === 0 ? 'none differs' : counted(differing.length, 'differs', 'differ');
  return markup`${compared}: of ${counted(tested.length, 'metric')} ${count} significantly${favours(differing, names)}.`;
}

/** In whose favour metrics differ; of some, such as numbers of directions, neither more nor less is better. */
function favours(
  differing: readonly ComparisonRow[],
  [model, baseline]: readonly [model: string, baseline: string],
): string {
  const signs = differing.map(({ metric, difference }) => {
    const better = metricOf(metric)?.better ?? null;
    return better === null ? 0 : Math.sign(difference ?? 0) * (better === 'higher' ? 1 : -1);
  });
  const countOf = (sign: number): number => signs.filter((one) => one === sign).length;
  const parts = (
    [
      [countOf(1), `in favour of ${model}`],
      [countOf(-1), `in favour of ${baseline}`],
      [countOf(0), 'in favour of neither'],
    ] as const
  )
    .filter(([count]) => count > 0)
    .toSorted(([one], [other]) => other - one);
  if (parts.length === 0) return '';
  if (parts.length === 1) return `, ${differing.length > 1 ? 'all ' : ''}${parts[0]![1]}`;
  return `, ${parts.map(([count, whose]) => `${counted(count)} ${whose}`).join(', ')}`;
}
