import { demo, type DemoProgress, type DemoResult, type DemoRow } from '../demo.ts';
import { followRun, type Desk } from '../command-line/follow-run.ts';
import type { DemoOptions } from '../options/shared-options.ts';
import { showProgress } from '../command-line/progress.ts';
import { textTable } from '../command-line/text-table.ts';
import type { Outcome } from '../command-line/outcome.ts';

/** `demo` with progress and signals. */
export async function demoCommand(options: DemoOptions, desk: Desk): Promise<Outcome> {
  const { out } = options;
  const progress = showProgress<DemoProgress | DemoResult>({
    status: desk.status,
    readingOf: (event) => (event.kind === 'progress' ? event : undefined),
  });
  const { last, interrupted } = await followRun(demo(options), desk, { progress });
  if (interrupted || last?.kind !== 'result') {
    return {
      exitCode: 130,
      lines: [`stopped; the next demo begins anew in ${out}`],
      json: { verb: 'demo', out, interrupted: true },
    };
  }
  return {
    exitCode: 0,
    lines: [...resultLines(last.rows), '', `everything is in ${out}, the images in ${last.images}`],
    json: { verb: 'demo', out, interrupted: false, images: last.images, rows: last.rows },
  };
}

function resultLines(rows: readonly DemoRow[]): readonly string[] {
  const heading = ['encoder', '1-NN', '5-NN', 'target', 'noise', 'margin', 'repelled pairs'];
  const cells = rows.map((row) => [
    row.encoder,
    percent(row.nearest1),
    percent(row.nearest5),
    row.targetMedian.toFixed(3),
    row.noiseMedian.toFixed(3),
    row.margin.toFixed(3),
    row.repelledShare === null ? '–' : percent(row.repelledShare),
  ]);
  return textTable([heading, ...cells]);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
