import { counted } from '../../../operators/message-words.ts';
import { dataTable, type PageCell } from '../../page/data-table.ts';
import { markup, type Markup } from '../../page/markup.ts';
import { drawnFrom } from '../../page/page-figure.ts';
import { shownNumber } from '../../page/shown-number.ts';
import { type ImageCells, imageCells, imageStyles } from '../examples/image-cells.ts';
import { readSearches, type SearchedImage } from '../examples/searches.ts';
import { setHash, summaryNumber } from '../examples/set-of.ts';
import { firstShown } from '../figures/most.ts';
import type { ReportResult } from '../material/material.ts';
import type { ReportSection } from '../material/report-section.ts';

/** Results of `neighbours` that are shown. */
const mostShown = 4;

/** Images that were searched for, each beside those that are the most similar to it. */
export const neighboursSection: ReportSection = {
  title: 'Searches',
  shows: 'the most similar images of some that were searched for',
  command: 'sincere neighbours QUERY --of SET --out NEAREST',
  isOptional: true,
  draw: async ({ neighbours }, context) => {
    if (neighbours.length === 0) return undefined;
    const found = [];
    for (const result of neighbours.slice(0, mostShown)) {
      const sets = setsOf(result);
      found.push({ result, sets, queries: await readSearches(result, context.signal) });
    }
    const wanted = found.flatMap(({ sets, queries }) =>
      queries.flatMap(({ id, nearest }) => [
        { set: sets.query, id },
        ...nearest.map((one) => ({ set: sets.of, id: one.id })),
      ]),
    );
    const cells = await imageCells(context, 'neighbours', wanted);
    return {
      styles: imageStyles,
      body: markup`${cells.pictures}
${firstShown(neighbours.length, mostShown, 'searches')}
${found.map((one) => ofResult(one, cells))}`,
    };
  },
};

/** Hashes of the datasets of the queries and of what was searched. */
interface Sets {
  readonly query: string | undefined;
  readonly of: string | undefined;
}

function setsOf({ summary }: ReportResult): Sets {
  return { query: setHash(summary['query']), of: setHash(summary['of']) };
}

interface FoundSearches {
  readonly result: ReportResult;
  readonly sets: Sets;
  readonly queries: readonly SearchedImage[];
}

function ofResult({ result, sets, queries }: FoundSearches, { cell }: ImageCells): Markup {
  const { name, summary } = result;
  const number = (field: string): number => summaryNumber(summary, field);
  const places = Math.max(0, ...queries.map(({ nearest }) => nearest.length));
  const rows = queries.map(({ id, class: own, nearest }): readonly PageCell[] => [
    cell({ set: sets.query, id }, own ?? undefined),
    ...Array.from({ length: places }, (_, place) => {
      const near = nearest[place];
      if (near === undefined) return '–';
      return cell(
        { set: sets.of, id: near.id },
        near.class ?? undefined,
        shownNumber(near.similarity),
      );
    }),
  ]);
  const which =
    rows.length < number('queries') ? `the first ${counted(rows.length)} queries` : 'the queries';
  return markup`<h3>${name}</h3>
<p>The <b>${counted(number('neighbours'))}</b> nearest of ${counted(number('support'), 'image')} to each of ${counted(number('queries'), 'query', 'queries')} by cosine similarity${summary['leaveOneOut'] === true ? ', itself left out' : ''}.</p>
${rows.length === 0 ? markup`` : dataTable({ caption: `${name}: ${which}, each beside the images nearest to it`, columns: columnsOf(places), rows })}
<p class="muted small">${drawnFrom([`${name}/neighbours.arrow`])}</p>`;
}

const headings = ['nearest', '2nd', '3rd'];

function columnsOf(places: number) {
  const heading = (_: unknown, place: number) => ({ heading: headings[place] ?? `${place + 1}th` });
  return [{ heading: 'query' }, ...Array.from({ length: places }, heading)];
}
