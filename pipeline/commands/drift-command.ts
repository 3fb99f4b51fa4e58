import type { DriftRow, DriftStatistic } from '../../operators/curation/drift/drift-rows.ts';
import type { VectorDrift } from '../../operators/curation/drift/drift.ts';
import { andMore, counted } from '../../operators/message-words.ts';
import { overallTests } from '../../outputs/tables/drift-files.ts';
import type { Command } from '../command-line/command.ts';
import { textTable } from '../command-line/text-table.ts';
import { drift, type Drifted } from '../drift.ts';
import { type DriftOptions, driftVerb } from '../options/drift-options.ts';
import { afterFolder } from '../next/after-folder.ts';
import { nextStep } from '../next/next-step.ts';
import { neighboursVerb } from '../options/neighbours-options.ts';
import { beside } from '../next/beside.ts';

/** `drift` on the command line. */
export const driftCommand: Command<DriftOptions, Drifted> = {
  verb: driftVerb,
  run: drift,
  stopped: () => 'stopped; there is no complete drift',
  about: ({ out }) => ({ out }),
  lines: ({ drift: found, report }) => [
    ...overallLines(found),
    '',
    ...classLines(found),
    ...exampleLines(found),
    `*: p of at most ${found.alpha}, of a class adjusted among the classes (Benjamini and Hochberg)`,
    `written to ${report.path}`,
  ],
  next: async (_result, { options }) => {
    const { out, old, new: now, layer } = options;
    const nearest = { query: now, of: old, layer, out: beside(now, 'nearest') };
    return [
      ...(await afterFolder(out)),
      nextStep('what each new one is nearest to', neighboursVerb, nearest),
    ];
  },
  json: ({ drift: { rows, examples, ...about } }) => ({
    ...about,
    tests: overallTests(rows),
    classes: rows.filter((row) => row.class !== null && row.significant === true),
    examples: examples.slice(0, mostExamples),
  }),
};

const words: Readonly<Record<DriftStatistic, string>> = {
  mmd2: 'MMD²',
  mean_shift: 'mean shift',
  chi_square: 'classes, χ²',
  share: 'share',
};

/** One line for each test over all rows. */
function overallLines({ rows }: VectorDrift): readonly string[] {
  const overall = rows.filter((row) => row.class === null);
  return textTable([
    ['over all', 'value', 'p', '', 'old', 'new'],
    ...overall.map((row) => [
      words[row.statistic],
      shown(row.value),
      shownP(row.p),
      star(row),
      counted(row.usedOld),
      counted(row.usedNew),
    ]),
  ]);
}

/** Maximum classes of the table, and examples: more are in the files. */
const [mostClasses, mostExamples] = [20, 5];

/** One line for each class, that with the most trouble first. */
function classLines({ rows }: VectorDrift): readonly string[] {
  const byClass = new Map<string, Map<DriftStatistic, DriftRow>>();
  for (const row of rows) {
    if (row.class === null) continue;
    const of = byClass.get(row.class) ?? new Map<DriftStatistic, DriftRow>();
    byClass.set(row.class, of.set(row.statistic, row));
  }
  if (byClass.size === 0) return [];
  const sorted = [...byClass].sort(([, a], [, b]) => byTrouble(a, b));
  const cells = sorted.slice(0, mostClasses).map(([name, of]) => {
    const { oldRows, newRows } = of.get('share')!;
    const tests = (['mmd2', 'mean_shift', 'share'] as const).flatMap((statistic) => {
      const row = of.get(statistic)!;
      return [shown(row.value), shownP(row.pAdjusted), star(row)];
    });
    return [name, counted(oldRows), counted(newRows)].concat(tests);
  });
  const heading = ['class', 'old', 'new', 'MMD²', 'p', '', 'mean shift', 'p', '', 'share', 'p', ''];
  const rest = sorted.length - cells.length;
  const more = rest === 0 ? [] : [`…${andMore(rest)}: see drift.arrow`];
  return [...textTable([heading, ...cells]), ...more, ''];
}

/** Order of classes: those that changed significantly first, then by how far the distribution has moved. */
function byTrouble(
  a: ReadonlyMap<DriftStatistic, DriftRow>,
  b: ReadonlyMap<DriftStatistic, DriftRow>,
): number {
  const p = (of: ReadonlyMap<DriftStatistic, DriftRow>): number =>
    Math.min(...[...of.values()].map(({ pAdjusted }) => pAdjusted ?? 1));
  const moved = (of: ReadonlyMap<DriftStatistic, DriftRow>): number =>
    of.get('mmd2')?.value ?? -Infinity;
  return p(a) - p(b) || Math.sign(moved(b) - moved(a)) || 0;
}

/** The rows that are farthest from all that was there before. */
function exampleLines({ examples }: VectorDrift): readonly string[] {
  if (examples.length === 0) return [];
  const cells = examples
    .slice(0, mostExamples)
    .map(({ id, similarity, nearestId, ...row }) => [
      id,
      row.class ?? '–',
      similarity.toFixed(4),
      nearestId,
    ]);
  return [...textTable([['least like the old', 'class', 'similarity', 'nearest'], ...cells]), ''];
}

function shown(value: number | null): string {
  if (value === null) return '–';
  return value === 0 || Math.abs(value) >= 0.001 ? value.toFixed(4) : value.toExponential(2);
}

function shownP(p: number | null): string {
  return p === null ? '–' : p.toPrecision(2);
}

function star({ significant }: DriftRow): string {
  return significant === true ? '*' : '';
}
