import { andMore, counted } from '../../operators/message-words.ts';
import type { Command } from '../command-line/command.ts';
import { textTable } from '../command-line/text-table.ts';
import { type SelectOptions, selectVerb } from '../options/select-options.ts';
import { select, type Selected } from '../select.ts';
import { afterFolder } from '../next/after-folder.ts';

/** `select` on the command line. */
export const selectCommand: Command<SelectOptions, Selected> = {
  verb: selectVerb,
  run: select,
  stopped: () => 'stopped; there is no complete selection',
  about: ({ out }) => ({ out }),
  lines: (result) => [
    totalLine(result),
    '',
    ...rowLines(result),
    '',
    ...coverageLines(result),
    '',
    `written to ${result.report.path}`,
  ],
  next: async (_result, { options }) => await afterFolder(options.out),
  json: (result) => {
    const { method, selectable, excluded, positions, coverage, passes } = result.selection;
    const chosen = positions.length;
    return { method, chosen, selectable, excluded, passes, coverage, first: firstRows(result) };
  },
};

/** Maximum rows of the table: more are in the file. */
const mostRows = 20;

function totalLine({ selection: { positions, selectable, method } }: Selected): string {
  return `${counted(positions.length, 'image')} of ${counted(selectable)} chosen by ${method}`;
}

interface ShownRow {
  readonly rank: number;
  readonly id: string;
  readonly class: string | null;
  readonly distance: number | null;
}

function firstRows({ selection, id, classOf }: Selected): readonly ShownRow[] {
  const { positions, distances } = selection;
  return Array.from(positions.subarray(0, mostRows), (position, at) => ({
    rank: at + 1,
    id: id(position),
    class: classOf(position),
    distance: Number.isNaN(distances[at]!) ? null : distances[at]!,
  }));
}

function rowLines(result: Selected): readonly string[] {
  const rows = firstRows(result);
  const cells = rows.map(({ rank, id, class: name, distance }) => {
    return [`${rank}`, id, name ?? '–', distance === null ? '–' : distance.toFixed(4)];
  });
  const rest = result.selection.positions.length - rows.length;
  const more = rest === 0 ? [] : [`…${andMore(rest)}: see selection.arrow`];
  return [...textTable([['rank', 'image', 'class', 'distance'], ...cells]), ...more];
}

function coverageLines({ selection: { coverage } }: Selected): readonly string[] {
  const cells = coverage.map(({ chosen, max, mean }) => {
    return [counted(chosen), max.toFixed(4), mean.toFixed(4)];
  });
  return textTable([['chosen', 'farthest', 'mean distance'], ...cells]);
}
