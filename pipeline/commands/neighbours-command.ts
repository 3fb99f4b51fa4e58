import { counted } from '../../operators/message-words.ts';
import type { Command } from '../command-line/command.ts';
import { textTable } from '../command-line/text-table.ts';
import { type FoundNeighbours, neighbours } from '../neighbours.ts';
import { type NeighboursOptions, neighboursVerb } from '../options/neighbours-options.ts';
import type { ShownNeighbour } from '../parts/first-neighbours.ts';
import { afterFolder } from '../next/after-folder.ts';
import { duplicatesStep } from '../next/steps-of-sets.ts';

/** `neighbours` on the command line. */
export const neighboursCommand: Command<NeighboursOptions, FoundNeighbours> = {
  verb: neighboursVerb,
  run: neighbours,
  stopped: () => 'stopped; finished groups of queries are kept: `--resume` goes on after them',
  about: ({ out }) => ({ out }),
  lines: ({ queries, support, neighbours: places, first, leaveOneOut, report }) => [
    `the ${counted(places)} nearest of ${counted(support, 'row')} to each of ${counted(queries, 'query', 'queries')}` +
      (leaveOneOut ? ', itself left out' : ''),
    '',
    ...shownLines(first, queries, places),
    `written to ${report.path}`,
  ],
  next: async ({ leaveOneOut }, { options }) => {
    const { out, query, of, layer, model } = options;
    const other = leaveOneOut ? undefined : query;
    const near = model === null ? duplicatesStep({ set: of, layer }, other) : undefined;
    return [...(await afterFolder(out)), near];
  },
  json: ({ report, ...found }) => ({ ...found, files: report.files.map(({ path }) => path) }),
};

/** One line for each neighbour of the first few queries. */
function shownLines(
  first: readonly ShownNeighbour[],
  queries: number,
  places: number,
): readonly string[] {
  if (first.length === 0) return [];
  const cells = first.map((row) => [
    row.rank === 1 ? row.queryId : '',
    row.rank === 1 ? (row.queryClass ?? '–') : '',
    String(row.rank),
    row.id,
    row.class ?? '–',
    row.similarity.toFixed(6),
  ]);
  const rest = queries - first.length / places;
  const heading = ['query', 'class', 'rank', 'nearest', 'class', 'similarity'];
  const more = rest === 0 ? [] : [`… and ${counted(rest)} more: see neighbours.arrow`];
  return [...textTable([heading, ...cells]), ...more, ''];
}
