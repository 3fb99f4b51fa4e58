import type { Evaluation } from '../../operators/metrics/evaluation.ts';
import { evaluate } from '../evaluate.ts';
import { followRun, type Desk } from '../follow-run.ts';
import type { EvaluateOptions } from '../options.ts';
import { textTable } from '../text-table.ts';
import type { Outcome } from './outcome.ts';

/** `evaluate` with signals. */
export async function evaluateCommand(options: EvaluateOptions, desk: Desk): Promise<Outcome> {
  const { out } = options;
  const { last } = await followRun(evaluate(options), desk);
  if (last === undefined) {
    return {
      exitCode: 130,
      lines: ['stopped; nothing was written'],
      json: { verb: 'evaluate', out, interrupted: true },
    };
  }
  const { evaluation, report } = last;
  const { rows, scored, testWithoutClass, trainWithoutClass, absentFromTrain } = evaluation;
  const metrics = Object.fromEntries(
    rows.filter((row) => row.class === null).map((row) => [row.metric, row.value]),
  );
  return {
    exitCode: 0,
    lines: [...metricLines(evaluation), '', ...countLines(evaluation), `written to ${report.path}`],
    json: {
      verb: 'evaluate',
      out,
      interrupted: false,
      layer: options.layer,
      metrics,
      scored,
      testWithoutClass,
      trainWithoutClass,
      absentFromTrain,
    },
  };
}

/** One line for all classes and one for each, a column for each metric. */
function metricLines({ rows }: Evaluation): readonly string[] {
  const overall = rows.filter((row) => row.class === null);
  const metrics = overall.map((row) => row.metric);
  const classes = [...new Set(rows.map((row) => row.class))];
  const lines = classes.map((name) => {
    const ofClass = rows.filter((row) => row.class === name);
    const cells = metrics.map((metric) => {
      const value = ofClass.find((row) => row.metric === metric)?.value;
      return typeof value === 'number' ? value.toFixed(4) : '–';
    });
    return [name ?? 'all', String(ofClass[0]?.n ?? 0)].concat(cells);
  });
  return textTable([['class', 'n', ...metrics], ...lines]);
}

/** What was left out of the measures, if anything was. */
function countLines(evaluation: Evaluation): string[] {
  const { testWithoutClass, trainWithoutClass, absentFromTrain } = evaluation;
  const lines: string[] = [];
  if (testWithoutClass > 0) lines.push(`${testWithoutClass} test images have no class: not scored`);
  if (trainWithoutClass > 0) {
    lines.push(`${trainWithoutClass} training images have no class: not compared with`);
  }
  for (const { class: name, images } of absentFromTrain) {
    lines.push(`${images} test images of \`${name}\` have no training image: not scored`);
  }
  return lines;
}
