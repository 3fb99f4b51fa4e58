import path from 'node:path';
import type { Command } from '../command-line/command.ts';
import { textTable } from '../command-line/text-table.ts';
import { demo, type DemoResult, type DemoRow } from '../demo.ts';
import { type DemoOptions, demoVerb } from '../options/demo-options.ts';
import { nextStep } from '../next/next-step.ts';
import { compareVerb } from '../options/compare-options.ts';
import { inspectVerb } from '../options/inspect-options.ts';
import { trainVerb } from '../options/train-options.ts';

/** `demo` on the command line. */
export const demoCommand: Command<DemoOptions, DemoResult> = {
  verb: demoVerb,
  run: demo,
  stopped: ({ out }) => `stopped; the next demo begins anew in ${out}`,
  about: ({ out }) => ({ out }),
  lines: ({ rows, images, report }, { options }) => [
    ...resultLines(rows),
    '',
    `everything is in ${options.out}, the images in ${images}`,
    `see it in ${report}, in a browser`,
  ],
  next: (_result, { options: { out } }) => {
    const of = (...names: readonly string[]): string => path.join(out, ...names);
    return [
      nextStep('is SINCERE better than SupCon, beyond chance?', compareVerb, {
        evaluations: [of('supcon', 'evaluation'), of('sincere', 'evaluation')],
      }),
      nextStep('what was made', inspectVerb, { path: out }),
      nextStep('your own images, PHOTOS: a folder with one for each class', trainVerb, {
        data: 'PHOTOS',
        // The default number of epochs may take hours, and where it stopped it goes on.
        timeLimit: '30m',
        out: 'runs/a',
      }),
    ];
  },
  json: ({ images, report, rows }) => ({ images, report, rows }),
};

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
