import test from 'ava';
import type { Evaluation } from '../../../operators/evaluation/evaluation.ts';
import type { EvaluationRow } from '../../../operators/evaluation/scores/evaluation-rows.ts';
import { groupSpreads } from '../../../operators/evaluation/scores/group-spread.ts';
import { ofOneGroup } from '../../../operators/evaluation/scores/group-row.ts';
import { classLines, groupLines } from '../../../pipeline/commands/class-table.ts';

const row = (name: string, metric: string, value: number | null, n = 10): EvaluationRow => {
  return { metric, class: name, layer: 'projection', value, ciLow: null, ciHigh: null, n };
};

/** Rows of a class: its k-NN accuracy and its margin. */
const ofClass = (name: string, accuracy: number | null, margin: number | null = 0) => [
  row(name, 'knn1_accuracy', accuracy),
  row(name, 'knn5_accuracy', 1),
  row(name, 'mrr', 0.5),
  row(name, 'margin', margin),
];

type Measured = Pick<Evaluation, 'rows' | 'confusion'>;
const linesOf = (measured: Measured): readonly string[] => classLines(measured as Evaluation);
const namesOf = (lines: readonly string[]): readonly string[] =>
  lines.slice(1, -1).map((line) => line.split(' ')[0]!);

test('classes stand by trouble: the lowest accuracy first, then the lowest margin, then by name', (t) => {
  const rows = [
    ...ofClass('good', 1),
    ...ofClass('tied-b', 0.5, 0.25),
    ...ofClass('empty', null, null),
    ...ofClass('tied-a', 0.5, 0.25),
    ...ofClass('near', 0.5, -0.25),
    ...ofClass('bad', 0.125, 0.75),
  ];
  const lines = linesOf({ rows, confusion: [] });
  t.deepEqual(namesOf(lines), ['bad', 'near', 'tied-a', 'tied-b', 'good', 'empty']);
  t.regex(lines[0]!, /^class +n +knn1_accuracy +knn5_accuracy +margin +taken for$/u);
});

test('a class names those that it is taken for by the vote that it is sorted by, most first', (t) => {
  const confused = (predicted: string, images: number, source = 'knn1') => {
    return { source, class: 'cat', predicted, images };
  };
  const confusion = [
    confused('bird', 2),
    confused('cat', 90),
    confused('dog, wild', 5),
    confused('ant', 2),
    confused('fox', 1),
    confused('owl', 70, 'knn5'),
  ];
  const lines = linesOf({ rows: [...ofClass('cat', 0.5), ...ofClass('dog', 1)], confusion });
  t.regex(lines[1]!, / `dog, wild` 5, ant 2, bird 2$/u);
  t.notRegex(lines[2]!, /,/u);
});

test('of many classes the worst thirty are shown, and how many more there are', (t) => {
  const rows = Array.from({ length: 33 }, (_, at) => ofClass(`c${at}`, at / 40)).flat();
  const lines = linesOf({ rows, confusion: [] });
  t.is(lines.length, 33);
  t.is(lines.at(-2), 'and 3 classes more, better ones: see evaluation.arrow');
  t.true(lines[1]!.startsWith('c0 '));
});

test('groups stand by trouble, with the worst value and the gap of each metric', (t) => {
  const rows = ofOneGroup('north', ofClass('north', 0.75, 0.5)).concat(
    ofOneGroup('south', ofClass('south', 0.5, 1)),
  );
  const lines = groupLines({
    by: 'site',
    groups: ['north', 'south'].map((group) => ({ group, images: 10 })),
    withoutValue: 1,
    rows,
    spreads: groupSpreads(rows),
    groupOf: () => null,
  });
  t.deepEqual(lines, [
    'site    n  knn1_accuracy  knn5_accuracy  margin',
    'south  10         0.5000         1.0000  1.0000',
    'north  10         0.7500         1.0000  0.5000',
    'worst   –         0.5000         1.0000  0.5000',
    'gap     –         0.2500         0.0000  0.5000',
    '1 test image has no `site`: in no group',
    '',
  ]);
  t.deepEqual(groupLines(null), []);
});
