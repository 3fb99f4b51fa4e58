import type { Evaluation } from '../../operators/evaluation/evaluation.ts';
import { groupsSummary } from '../../outputs/tables/groups-summary.ts';
import { overlapSummary } from '../../outputs/tables/overlap-columns.ts';
import type { Command } from '../command-line/command.ts';
import { textTable } from '../command-line/text-table.ts';
import { evaluate, type Evaluated } from '../evaluate.ts';
import { type EvaluateOptions, evaluateVerb } from '../options/evaluate-options.ts';
import { classLines, groupLines, shown } from './class-table.ts';
import { counted } from '../../operators/message-words.ts';
import { afterEvaluation } from '../next/after-evaluation.ts';

/** `evaluate` on the command line. */
export const evaluateCommand: Command<EvaluateOptions, Evaluated> = {
  verb: evaluateVerb,
  run: evaluate,
  stopped: () => 'stopped; there is no complete evaluation',
  about: ({ out }) => ({ out }),
  lines: ({ evaluation, report }) => [
    ...overallLines(evaluation),
    '',
    // Of nothing there is no table; what was left out is then told before.
    ...(evaluation.scored === 0
      ? []
      : [...classLines(evaluation), ...groupLines(evaluation.groups), ...countLines(evaluation)]),
    ...probeLines(evaluation),
    `written to ${report.path}`,
  ],
  next: async (_result, { options }) => await afterEvaluation(options.out, options),
  json: ({ evaluation, unusable }) => {
    const { scored, ranked, testWithoutClass, trainWithoutClass, absentFromTrain } = evaluation;
    const overall = evaluation.rows.filter((row) => row.class === null);
    return {
      layer: evaluation.layer,
      metrics: Object.fromEntries(overall.map((row) => [row.metric, row.value])),
      intervals: Object.fromEntries(overall.map((row) => [row.metric, [row.ciLow, row.ciHigh]])),
      scored,
      ranked,
      testWithoutClass,
      trainWithoutClass,
      absentFromTrain,
      overlap: overlapSummary(evaluation.overlap),
      groups: groupsSummary(evaluation.groups),
      unusable,
      probes: Array.from(evaluation.probes, ({ source, about }) => ({ source, ...about })),
    };
  },
};

/** One line for each metric over all classes. */
function overallLines({ rows, scored }: Evaluation): readonly string[] {
  const overall = rows.filter((row) => row.class === null && (scored > 0 || row.n > 0));
  return textTable([
    ['metric', 'value', '95 % interval', 'n'],
    ...overall.map(({ metric, value, ciLow, ciHigh, n }) => [
      metric,
      shown(value),
      ciLow === null || ciHigh === null ? '' : `${shown(ciLow)} to ${shown(ciHigh)}`,
      counted(n),
    ]),
  ]);
}

/** Lines about what was left out of the measures, if anything was. */
function countLines(evaluation: Evaluation): string[] {
  const { ranked, testWithoutClass, trainWithoutClass, absentFromTrain } = evaluation;
  const lines: string[] = [];
  if (ranked !== null && ranked.images < ranked.of) {
    lines.push(
      `rankings are of a sample of ${counted(ranked.images)} of ${counted(ranked.of, 'image')}`,
    );
  }
  if (testWithoutClass > 0) {
    lines.push(
      `${counted(testWithoutClass, 'test image has', 'test images have')} no class: not scored`,
    );
  }
  if (trainWithoutClass > 0) {
    lines.push(
      `${counted(trainWithoutClass, 'training image has', 'training images have')} no class: not compared with`,
    );
  }
  for (const { class: name, images } of absentFromTrain) {
    lines.push(
      `${counted(images, 'test image')} of \`${name}\` without a training image: not scored`,
    );
  }
  return lines;
}

/** Lines about the training of probes, for the user to know. */
function probeLines({ probes }: Evaluation): string[] {
  return probes.flatMap(({ source, about }) => {
    const lines: string[] = [];
    if (about['solver'] === 'l2') lines.push(`${source}: C = ${String(about['l2'])}`);
    if (about['converged'] === false) {
      lines.push(`${source} did not converge in ${String(about['iterations'])} iterations`);
    }
    return lines;
  });
}
