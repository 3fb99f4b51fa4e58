import {
  type CardResults,
  type Cell,
  type ContractResult,
  type Correctness,
  type TrainingResult,
  trainingHolds,
} from './results.ts';
import { type Workload, workloadTitle } from './workload.ts';

/** What was found, what is right, and the table, in Markdown. */
export function resultsText(results: CardResults): string {
  const { started, seconds, finished, machine, found, peer } = results;
  const ended = finished ? '' : ', not finished';
  return [
    `# Card check of ${started}: ${seconds.toFixed(0)} s${ended}`,
    list([
      facts('machine', machine),
      ...(Object.keys(peer).length === 0 ? [] : [facts('PyTorch', peer)]),
    ]),
    list(found.map(({ name, words }) => `${name}: ${words}`)),
    '## Correctness',
    list(correctness(results)),
    ...(results.rows.length === 0 ? [] : timeSection(results)),
  ].join('\n\n');
}

function timeSection(results: CardResults): readonly string[] {
  return [
    '## Time',
    'Medians in ms. A step is forward, SINCERE, backward and SGD; steps and inferences copy their float32 pixels to the ' +
      'device, and losses give their gradient.',
    table(results),
  ];
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${line.replaceAll('\n', ' ')}`).join('\n');
}

function facts(name: string, values: Readonly<Record<string, string | number>>): string {
  const said = Object.entries(values).map(([key, value]) => `${key} ${value}`);
  return `${name}: ${said.join(', ')}`;
}

function correctness({ correctness }: CardResults): readonly string[] {
  const lines = Object.entries(correctness).flatMap(([side, found]) =>
    correctnessOf(found).map((what) => `${side}: ${what}`),
  );
  return lines.length === 0 ? ['nothing was checked'] : lines;
}

function correctnessOf({ contract, training, disagreements = [] }: Correctness): readonly string[] {
  return [
    ...(contract === undefined ? [] : contractLines(contract)),
    ...(training === undefined ? [] : [trainingText(training)]),
    ...disagreements.map((what) => `FAILED ${what}`),
  ];
}

function contractLines({
  passed,
  failed,
  notRun,
  closeness,
  rounding,
}: ContractResult): readonly string[] {
  if (passed === 0 && failed.length === 0) {
    return [`engine contract, not run: time (${notRun.length} cases)`];
  }
  const late = notRun.length === 0 ? '' : `, ${notRun.length} not run: time`;
  return [
    `engine contract, ${passed} passed, ${failed.length} failed${late}; largest error ` +
      `${closeness.toPrecision(2)} of its tolerance, which is ${rounding} × that of the processor`,
    ...failed.map(({ title, message }) => `FAILED ${title}: ${message}`),
  ];
}

function trainingText(training: TrainingResult): string {
  if ('notRun' in training) return `training beside the reference, not run: ${training.notRun}`;
  if ('failed' in training) return `FAILED training beside the reference: ${training.failed}`;
  const { steps, difference, tolerance } = training;
  const verdict = trainingHolds(training) ? '' : 'FAILED ';
  const off = `losses differ by ${difference.toExponential(1)}, allowed ${tolerance.toExponential(0)}`;
  return `${verdict}training of ${steps} steps beside the \`cpu\` engine: ${off}`;
}

/** Columns as wide as what is in them, as Prettier has them. */
function table({ columns, rows }: CardResults): string {
  const cells = rows.map(({ work, cells }) => [
    workloadTitle(work),
    ...columns.map((column) => cellText(cells[column], work)),
  ]);
  const lines = [['', ...columns], ...cells];
  const widths = ['', ...columns].map((_, at) =>
    Math.max(3, ...lines.map((line) => line[at]!.length)),
  );
  const line = (texts: readonly string[]): string =>
    `| ${texts.map((text, at) => (at === 0 ? text.padEnd(widths[at]!) : text.padStart(widths[at]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(lines[0]!), rule, ...lines.slice(1).map(line)].join('\n');
}

function cellText(cell: Cell | undefined, work: Workload): string {
  if (cell === undefined) return '–';
  if ('notRun' in cell) return `not run: ${cell.notRun}`;
  if ('failed' in cell) return cell.failed.replaceAll('|', '/').slice(0, 60);
  if (cell.waiting !== undefined) {
    const rate = `${cell.imagesPerSecond!.toFixed(0)} images/s`;
    return `${(100 * cell.waiting).toFixed(1)} % (step ${msText(cell.ms)}, ${rate})`;
  }
  const smaller = 'rows' in cell.work && 'rows' in work && cell.work.rows !== work.rows;
  return smaller
    ? `${msText(cell.ms)} at ${(cell.work as { rows: number }).rows}`
    : msText(cell.ms);
}

function msText(ms: number): string {
  return ms.toFixed(ms < 10 ? 2 : ms < 1000 ? 1 : 0);
}
