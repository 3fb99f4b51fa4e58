import { isObject } from '../../../operators/files/json.ts';
import { counted } from '../../../operators/message-words.ts';
import { markup, type Markup } from '../../page/markup.ts';
import { drawnFrom } from '../../page/page-figure.ts';
import { shownNumber } from '../../page/shown-number.ts';
import { type ImageCells, imageCells, imageStyles } from '../examples/image-cells.ts';
import { readSelected, type SelectedImage } from '../examples/selected.ts';
import { setHash, summaryNumber } from '../examples/set-of.ts';
import { firstShown } from '../figures/most.ts';
import type { ReportResult } from '../material/material.ts';
import type { ReportSection } from '../material/report-section.ts';

/** Results of `select` that are shown. */
const mostShown = 4;

/** Images that stand for a set, in the order in which they were chosen. */
export const selectionSection: ReportSection = {
  title: 'Selections',
  shows: 'images that differ from each other and stand for a set, in the order of choice',
  command: 'sincere select SET --count 100 --out SELECT',
  isOptional: true,
  draw: async ({ selections }, context) => {
    if (selections.length === 0) return undefined;
    const found: FoundSelection[] = [];
    for (const result of selections.slice(0, mostShown)) {
      const set = setHash(result.summary['set']);
      found.push({ result, set, images: await readSelected(result, context.signal) });
    }
    const wanted = found.flatMap(({ set, images }) => images.map(({ id }) => ({ set, id })));
    const cells = await imageCells(context, 'selection', wanted);
    return {
      styles: [...imageStyles, listStyle],
      body: markup`${cells.pictures}
${firstShown(selections.length, mostShown, 'selections')}
${found.map((one) => ofResult(one, cells))}`,
    };
  },
};

const listStyle = `
.selected { display: grid; grid-template-columns: repeat(auto-fill, minmax(8rem, 1fr)); gap: 0.8rem 2.4rem; padding-left: 2rem; }
.selected .image { width: auto; }
`;

interface FoundSelection {
  readonly result: ReportResult;
  /** Hash of its dataset. */
  readonly set: string | undefined;
  readonly images: readonly SelectedImage[];
}

function ofResult({ result, set, images }: FoundSelection, { cell }: ImageCells): Markup {
  const { name, summary } = result;
  const number = (field: string): number => summaryNumber(summary, field);
  const items = images.map(({ id, class: own, distance }) => {
    const said = distance === null ? undefined : `distance ${shownNumber(distance)}`;
    return markup`<li>${cell({ set, id }, own ?? undefined, said)}</li>`;
  });
  const first =
    images.length < number('chosen') ? `; the first ${counted(images.length)} of them` : '';
  return markup`<h3>${name}</h3>
<p><b>${counted(number('chosen'))}</b> of ${counted(number('selectable'), 'image')} were chosen by ${String(summary['method'])}${first}, each with its cosine distance to the nearest image before it${isObject(summary['labelled']) ? ' or with a label' : ''}.${coverage(summary)}</p>
${
  items.length === 0
    ? markup``
    : markup`<ol class="selected">
${items}
</ol>`
}
<p class="muted small">${drawnFrom([`${name}/selection.arrow`, `${name}/summary.json`])}</p>`;
}

/** How far all images are from those that were chosen. */
function coverage({ covered }: ReportResult['summary']): string {
  if (!isObject(covered)) return '';
  const shown = (field: string): string => shownNumber(summaryNumber(covered, field));
  return ` From the nearest of all that were chosen, images are ${shown('mean')} away on average, ${shown('max')} at most.`;
}
