import { counted } from '../../../operators/message-words.ts';
import { dataTable, type PageCell } from '../../page/data-table.ts';
import { markup, type Markup } from '../../page/markup.ts';
import { drawnFrom } from '../../page/page-figure.ts';
import { shownNumber } from '../../page/shown-number.ts';
import { type AlikePair, type AlikePairs, readAlikePairs } from '../examples/duplicates.ts';
import { type ImageCells, imageCells, imageStyles } from '../examples/image-cells.ts';
import { setHash, summaryNumber } from '../examples/set-of.ts';
import type { ReportResult } from '../material/material.ts';
import type { ReportSection } from '../material/report-section.ts';

/** Results of `duplicates` that are shown. */
const mostShown = 4;

/** Images that are in a set more than once, and test images that are training images. */
export const duplicatesSection: ReportSection = {
  title: 'Duplicates and leaks',
  shows: 'images that are there more than once, and test images that are training images',
  command: 'sincere duplicates TRAIN TEST --out LEAKS',
  draw: async ({ duplicates }, context) => {
    if (duplicates.length === 0) return undefined;
    const found = [];
    for (const result of duplicates.slice(0, mostShown)) {
      found.push({
        result,
        sets: setsOf(result),
        pairs: await readAlikePairs(result, context.signal),
      });
    }
    const wanted = found.flatMap(({ sets, pairs }) =>
      [...pairs.conflicts, ...pairs.others].flatMap(({ id, otherId }) => [
        { set: sets[0], id },
        { set: sets[1], id: otherId },
      ]),
    );
    const cells = await imageCells(context, 'duplicates', wanted);
    return {
      styles: imageStyles,
      body: markup`${cells.pictures}
${found.map((one) => ofResult(one, cells))}`,
    };
  },
};

/** Hashes of the datasets of the first and the second image of a pair. */
type Sets = readonly [string | undefined, string | undefined];

function setsOf({ summary }: ReportResult): Sets {
  const sets: readonly unknown[] = Array.isArray(summary['sets']) ? summary['sets'] : [];
  return [setHash(sets[0]), setHash(sets[1] ?? sets[0])];
}

interface FoundPairs {
  readonly result: ReportResult;
  readonly sets: Sets;
  readonly pairs: AlikePairs;
}

function ofResult({ result, sets, pairs }: FoundPairs, cells: ImageCells): Markup {
  const { name, summary } = result;
  const isBetween = summary['between'] === true;
  const table = (caption: string, rows: readonly AlikePair[]): Markup =>
    rows.length === 0
      ? markup``
      : dataTable({
          caption: `${name}: ${caption}`,
          columns: columnsOf(isBetween),
          rows: rows.map((pair) => rowOf(pair, sets, cells)),
        });
  return markup`<h3>${name}</h3>
<p>${said(summary, isBetween)}${pairs.conflictCount === 0 ? '' : ` ${counted(pairs.conflictCount, 'listed pair has', 'listed pairs have')} two classes: one label of each is wrong, or the classes cannot be told apart.`}</p>
${table('of two classes, the most similar first', pairs.conflicts)}
${table('of one class, the most similar first', pairs.others)}
<p class="muted small">${drawnFrom([`${name}/pairs.arrow`, `${name}/summary.json`])}</p>`;
}

function said(summary: Readonly<Record<string, unknown>>, isBetween: boolean): Markup {
  const number = (field: string): number => summaryNumber(summary, field);
  const [pairs, groups, drops] = [number('pairs'), number('groups'), number('drops')];
  const alike = `at least ${shownNumber(number('threshold'))} similar`;
  return isBetween
    ? markup`<b>${counted(drops)}</b> images of the second set are in the first one, or nearly: ${counted(pairs, 'pair')} that are ${alike}.`
    : markup`<b>${counted(pairs)}</b> pairs are ${alike}, in ${counted(groups, 'group')}; without ${counted(drops, 'image')} there would be none.`;
}

function columnsOf(isBetween: boolean) {
  return [
    { heading: isBetween ? 'image of the first set' : 'image' },
    { heading: isBetween ? 'image of the second set' : 'other image' },
    { heading: 'similarity', isNumber: true },
    { heading: 'same' },
  ];
}

const kinds: Readonly<Record<string, string>> = {
  file: 'file',
  vector: 'vector',
  near: '–',
};

function rowOf(pair: AlikePair, sets: Sets, { cell }: ImageCells): readonly PageCell[] {
  return [
    cell({ set: sets[0], id: pair.id }, pair.class ?? undefined),
    cell({ set: sets[1], id: pair.otherId }, pair.otherClass ?? undefined),
    shownNumber(pair.similarity),
    Object.hasOwn(kinds, pair.kind) ? kinds[pair.kind]! : pair.kind,
  ];
}
