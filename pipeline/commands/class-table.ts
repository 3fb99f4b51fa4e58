import type { Evaluation } from '../../operators/evaluation/evaluation.ts';
import { isInClassTable } from '../../operators/evaluation/metrics/metric-names.ts';
import type { ConfusionRow } from '../../operators/evaluation/scores/confusion-rows.ts';
import type { EvaluationRow } from '../../operators/evaluation/scores/evaluation-rows.ts';
import type { EvaluatedGroups } from '../../operators/evaluation/scores/grouped-rows.ts';
import { counted, listedName } from '../../operators/message-words.ts';
import { textTable } from '../command-line/text-table.ts';

/** Maximum lines of a table: of more nobody reads one; they are in `evaluation.arrow`. */
const mostLines = 30;

/** Classes that are named beside one that they are taken for. */
const mostConfused = 3;

/** The numbers of some test images under a name, in the main metrics. */
interface NamedNumbers {
  readonly name: string;
  readonly n: number;
  /** Metric → value; null where there is nothing to measure. */
  readonly values: ReadonlyMap<string, number | null>;
}

/** A line for each class, worst first, with a column for each of the main metrics and what the class is taken for. */
export function classLines({ rows, confusion }: Evaluation): readonly string[] {
  const byClass = rows.filter((row) => row.class !== null);
  const lines = byTrouble(numbersBy(byClass, (row) => row.class!));
  const metrics = metricsOf(lines);
  const source = metrics.find(isVote)?.replace('_accuracy', '');
  const taken = confusedWith(confusion.filter((row) => row.source === source));
  const shownLines = lines.slice(0, mostLines);
  const cells = shownLines.map((line) => cellsOf(line, metrics).concat(taken.get(line.name) ?? ''));
  return [
    ...textTable([['class', 'n', ...metrics, 'taken for'], ...cells]),
    ...restLine(lines.length, 'class', 'classes'),
    '',
  ];
}

/** A line for each group of test images, worst first, then the worst value and the gap of each metric. */
export function groupLines(evaluated: EvaluatedGroups | null): readonly string[] {
  if (evaluated === null) return [];
  const { by, rows, spreads, groups, withoutValue } = evaluated;
  const lines = byTrouble(numbersBy(rows, ({ group }) => group));
  const metrics = metricsOf(lines);
  const spreadOf = (metric: string) => spreads.find((spread) => spread.metric === metric);
  const summary = [
    ['worst', '–', ...metrics.map((metric) => shown(spreadOf(metric)?.worst?.value ?? null))],
    ['gap', '–', ...metrics.map((metric) => shown(spreadOf(metric)?.gap ?? null))],
  ];
  const cells = lines.slice(0, mostLines).map((line) => cellsOf(line, metrics));
  return [
    ...textTable([[by, 'n', ...metrics], ...cells, ...(spreads.length === 0 ? [] : summary)]),
    ...restLine(groups.length, 'group', 'groups'),
    ...(withoutValue === 0
      ? []
      : [
          `${counted(withoutValue, 'test image has', 'test images have')} no \`${by}\`: in no group`,
        ]),
    '',
  ];
}

/** A value of a metric, or a dash. */
export function shown(value: number | null): string {
  return value === null ? '–' : value.toFixed(4);
}

function restLine(count: number, one: string, many: string): readonly string[] {
  const rest = count - mostLines;
  return rest <= 0
    ? []
    : [`and ${counted(rest, one, many)} more, better ones: see evaluation.arrow`];
}

function cellsOf({ name, n, values }: NamedNumbers, metrics: readonly string[]): string[] {
  return [name, counted(n), ...metrics.map((metric) => shown(values.get(metric) ?? null))];
}

function metricsOf(lines: readonly NamedNumbers[]): readonly string[] {
  return [...new Set(lines.flatMap(({ values }) => [...values.keys()]))];
}

function numbersBy<R extends EvaluationRow>(
  rows: readonly R[],
  nameOf: (row: R) => string,
): NamedNumbers[] {
  const found = new Map<string, { n: number; values: Map<string, number | null> }>();
  for (const row of rows) {
    if (!isInClassTable(row.metric)) continue;
    const name = nameOf(row);
    const numbers = found.get(name) ?? { n: row.n, values: new Map() };
    numbers.values.set(row.metric, row.value);
    found.set(name, numbers);
  }
  return Array.from(found, ([name, numbers]) => ({ name, ...numbers }));
}

/** Lowest k-NN accuracy of the first k first, then lowest margin, then by name; what cannot be measured last. */
function byTrouble(lines: readonly NamedNumbers[]): readonly NamedNumbers[] {
  const vote = metricsOf(lines).find(isVote) ?? '';
  const of = ({ values }: NamedNumbers, metric: string): number => values.get(metric) ?? Infinity;
  return lines.toSorted(
    (a, b) =>
      ordered(of(a, vote), of(b, vote)) ||
      ordered(of(a, 'margin'), of(b, 'margin')) ||
      ordered(a.name, b.name),
  );
}

function ordered<V extends number | string>(a: V, b: V): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isVote(metric: string): boolean {
  return /^knn\d+_accuracy$/u.test(metric);
}

/** For each class those that most of its images are taken for, such as `dog 12, fox 3`. */
function confusedWith(confusion: readonly ConfusionRow[]): ReadonlyMap<string, string> {
  const mistakes = new Map<string, ConfusionRow[]>();
  for (const row of confusion) {
    if (row.class === row.predicted) continue;
    const ofClass = mistakes.get(row.class) ?? [];
    ofClass.push(row);
    mistakes.set(row.class, ofClass);
  }
  return new Map(
    [...mistakes].map(([name, rows]) => {
      const most = rows
        .toSorted((a, b) => b.images - a.images || ordered(a.predicted, b.predicted))
        .slice(0, mostConfused);
      return [
        name,
        most
          .map(({ predicted, images }) => `${listedName(predicted)} ${counted(images)}`)
          .join(', '),
      ];
    }),
  );
}
