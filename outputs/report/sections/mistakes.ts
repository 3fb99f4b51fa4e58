import { counted } from '../../../operators/message-words.ts';
import { dataTable, type PageCell } from '../../page/data-table.ts';
import { markup, type Markup } from '../../page/markup.ts';
import { drawnFrom } from '../../page/page-figure.ts';
import { shownNumber, shownShare } from '../../page/shown-number.ts';
import {
  type ImageCells,
  imageCells,
  imageStyles,
  type NamedImage,
} from '../examples/image-cells.ts';
import { type Mistakes, readMistakes, type TestImage } from '../examples/mistakes.ts';
import type { ReportEvaluation } from '../material/material.ts';
import type { ReportSection } from '../material/report-section.ts';
import { confusionName } from '../tables/read-confusion.ts';
import { neighboursName } from '../tables/read-similarities.ts';

/** Encoders whose mistakes are shown. */
const mostShown = 4;

/** Test images beside their nearest training images: wrong ones, right ones, and one of each confusion. */
export const mistakesSection: ReportSection = {
  title: 'Nearest neighbours, right and wrong',
  shows: 'which test images are taken for another class, beside their nearest training images',
  command: 'sincere evaluate --train TRAIN --test TEST --out EVAL',
  draw: async ({ evaluations }, context) => {
    const first = firstOfEach(evaluations).slice(0, mostShown);
    const found = [];
    for (const evaluation of first) {
      const mistakes = await readMistakes(evaluation, context.signal);
      if (mistakes !== undefined) found.push({ evaluation, mistakes });
    }
    if (found.length === 0) return undefined;
    const wanted = found.flatMap(({ evaluation, mistakes }) => wantedOf(evaluation, mistakes));
    const cells = await imageCells(context, 'mistakes', wanted);
    const left = evaluations.length - found.length;
    return {
      styles: imageStyles,
      body: markup`${cells.pictures}
<p class="muted">The nearest training image of the class of a test image, and of another class, by cosine similarity.${left === 0 ? '' : ` Of ${counted(evaluations.length, 'evaluation')} those of ${counted(found.length, 'encoder')} are shown.`}</p>
${found.map(({ evaluation, mistakes }) => ofEvaluation(evaluation, mistakes, cells))}`,
    };
  },
};

/** The first evaluation of each encoder: runs that differ by their seed have the same mistakes, more or less. */
function firstOfEach(evaluations: readonly ReportEvaluation[]): readonly ReportEvaluation[] {
  const isFirst = ({ encoder }: ReportEvaluation, at: number): boolean =>
    evaluations.findIndex((one) => one.encoder === encoder) === at;
  return evaluations.filter(isFirst);
}

function wantedOf({ summary }: ReportEvaluation, mistakes: Mistakes): readonly NamedImage[] {
  const { wrong, right, confusions } = mistakes;
  const examples = confusions.flatMap(({ example }) => example ?? []);
  const shown = [...wrong, ...right, ...examples];
  const nearest = shown.flatMap(({ sameId, otherId }) => [sameId ?? [], otherId ?? []].flat());
  return [
    ...shown.map(({ id }) => ({ set: summary.testHash, id })),
    ...nearest.map((id) => ({ set: summary.trainHash, id })),
  ];
}

function ofEvaluation(
  { label, name, summary }: ReportEvaluation,
  mistakes: Mistakes,
  { cell }: ImageCells,
): Markup {
  const { source, images, wrongCount, wrong, right, confusions } = mistakes;
  const test = (id: string): NamedImage => ({ set: summary.testHash, id });
  const train = (id: string | null): NamedImage | undefined =>
    id === null ? undefined : { set: summary.trainHash, id };
  const strip = (one: TestImage): readonly PageCell[] => [
    cell(test(one.id), one.class),
    cell(train(one.sameId), shownNumber(one.sameSimilarity)),
    cell(train(one.otherId), one.otherClass ?? undefined, shownNumber(one.otherSimilarity)),
    one.predicted,
  ];
  const strips = (caption: string, rows: readonly TestImage[]): Markup =>
    rows.length === 0
      ? markup``
      : dataTable({
          caption: `${label}: ${caption}`,
          columns: stripColumns,
          rows: rows.map(strip),
        });
  const confused = confusions.map((one): readonly PageCell[] => [
    `${one.class} taken for ${one.predicted}`,
    counted(one.images),
    one.example === undefined ? '–' : cell(test(one.example.id), one.example.class),
    one.example === undefined
      ? '–'
      : cell(train(one.example.otherId), one.example.otherClass ?? undefined),
  ]);
  return markup`<h3>${label}</h3>
<p>Of ${counted(images, 'test image')} with a class <b>${counted(wrongCount)}</b> (${shownShare(wrongCount / images)}) are taken for another class by <code>${source}</code>.</p>
<div class="beside">
<div>
${strips('the most wrong first, by how much nearer another class is', wrong)}
${strips('some that are right, drawn at random', right)}
</div>
${confused.length === 0 ? markup`` : markup`<div>${confusionTable(label, confused)}</div>`}
</div>
<p class="muted small">${drawnFrom([`${name}/${neighboursName}`, `${name}/${confusionName}`])}</p>`;
}

function confusionTable(label: string, rows: readonly (readonly PageCell[])[]): Markup {
  return dataTable({
    caption: `${label}: the most frequent confusions, each with the clearest example`,
    columns: confusionColumns,
    rows,
  });
}

const stripColumns = [
  { heading: 'test image' },
  { heading: 'nearest of its class' },
  { heading: 'nearest of another class' },
  { heading: 'taken for' },
];

const confusionColumns = [
  { heading: 'confusion' },
  { heading: 'images', isNumber: true },
  { heading: 'an example' },
  { heading: 'its nearest of another class' },
];
