import type { Command } from '../command-line/command.ts';
import { textTable } from '../command-line/text-table.ts';
import { demo, type DemoResult, type DemoRow } from '../demo.ts';
import { type DemoOptions, demoVerb } from '../options/demo-options.ts';

/** `demo` on the command line. */
export const demoCommand: Command<DemoOptions, DemoResult> = {
  verb: demoVerb,
  run: demo,
  stopped: ({ out }) => `stopped; the next demo begins anew in ${out}`,
  about: ({ out }) => ({ out }),
  lines: ({ rows, images }, { options, calledAs }) => [
    ...resultLines(rows),
    '',
    `everything is in ${options.out}, the images in ${images}`,
    '',
    ...nextLines(calledAs, options.out),
  ],
  json: ({ images, rows }) => ({ images, rows }),
};

/** Three commands to go on with. */
function nextLines(calledAs: string, out: string): readonly string[] {
  return [
    'next:',
    `  ${calledAs} inspect ${out}/sincere/test`,
    `  ${calledAs} compare ${out}/supcon/evaluation ${out}/sincere/evaluation`,
    `  ${calledAs} train PHOTOS --out runs/a   # PHOTOS: one folder of images for each class`,
  ];
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
