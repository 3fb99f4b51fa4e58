import type { MeanInterval } from '../../../operators/evaluation/intervals/mean-interval.ts';
import { counted } from '../../../operators/message-words.ts';
import { dataTable, type PageCell, rangedCell } from '../../page/data-table.ts';
import { markup, type Markup } from '../../page/markup.ts';
import { drawnFrom } from '../../page/page-figure.ts';
import { shownDifference, shownInterval, shownShare } from '../../page/shown-number.ts';
import type { ReportSection } from '../material/report-section.ts';
import { readTransfer, type TransferNumbers } from '../tables/read-transfer.ts';

/** Results of `transfer` that are shown. */
const mostShown = 24;

/** Accuracies of encoders on images and classes that they were not trained on. */
export const transferSection: ReportSection = {
  title: 'Transfer',
  shows: 'how well an encoder serves other images, or classes that it has not seen',
  command: 'sincere transfer DATA --model RUN --out TRANSFER',
  isOptional: true,
  draw: async ({ transfers: all }, { note }) => {
    if (all.length === 0) return undefined;
    const transfers = all.slice(0, mostShown).map((one): NamedTransfer => {
      return { name: one.name, numbers: readTransfer(one) };
    });
    if (all.length > mostShown) {
      note(
        `the table of transfers shows the first ${mostShown} of ${counted(all.length)}: give fewer folders for the others`,
      );
    }
    return {
      body: markup`<p>A linear classifier on the frozen vectors of an encoder, and the encoder trained further with a classifier, on the same test images; below an accuracy its 95 % interval over the choice of test images.</p>
${accuracyTable(transfers)}
${neighbourTable(transfers)}
${leftOut(transfers)}
<p class="muted small">${drawnFrom(transfers.map(({ name }) => `${name}/summary.json`))}</p>`,
    };
  },
};

interface NamedTransfer {
  readonly name: string;
  readonly numbers: TransferNumbers;
}

interface AccuracyColumn {
  readonly heading: string;
  readonly of: (numbers: TransferNumbers) => MeanInterval | null | undefined;
  readonly isDifference?: boolean;
}

const accuracies: readonly AccuracyColumn[] = [
  { heading: 'frozen, top-1', of: (one) => methodOf(one, 'frozen')?.top1 },
  { heading: 'frozen, top-5', of: (one) => methodOf(one, 'frozen')?.top5 },
  { heading: 'fine-tuned, top-1', of: (one) => methodOf(one, 'fine_tuned')?.top1 },
  { heading: 'fine-tuned, top-5', of: (one) => methodOf(one, 'fine_tuned')?.top5 },
  { heading: 'fine-tuned minus frozen', of: ({ difference }) => difference, isDifference: true },
];

function methodOf({ methods }: TransferNumbers, wanted: 'frozen' | 'fine_tuned') {
  return methods.find(({ method }) => method === wanted);
}

function accuracyTable(transfers: readonly NamedTransfer[]): Markup {
  const columns = accuracies.filter(({ of }) =>
    transfers.some(({ numbers }) => (of(numbers) ?? null) !== null),
  );
  return dataTable({
    caption: 'Accuracies by transfer',
    columns: [
      { heading: 'transfer' },
      { heading: 'classes', isNumber: true },
      { heading: 'test images', isNumber: true },
      ...columns.map(({ heading }) => ({ heading, isNumber: true })),
    ],
    rows: transfers.map(({ name, numbers }): readonly PageCell[] => [
      name,
      rangedCell(
        counted(Math.max(...numbers.methods.map(({ classes }) => classes))),
        numbers.disjoint ? 'not seen before' : undefined,
      ),
      counted(Math.max(...numbers.methods.map(({ top1 }) => top1?.n ?? 0))),
      ...columns.map(({ of, isDifference }) => {
        const shown = (value: number): string =>
          isDifference === true ? shownDifference(value, 'share') : shownShare(value);
        const found = of(numbers);
        if (found === null || found === undefined) return '–';
        return rangedCell(shown(found.value), shownInterval(found.ciLow, found.ciHigh, shown));
      }),
    ]),
  });
}

/** Accuracies of the votes of nearest neighbours among the frozen vectors, which come without intervals. */
function neighbourTable(transfers: readonly NamedTransfer[]): Markup {
  const headingOf = ({ layer, metric }: TransferNumbers['neighbours'][number]): string =>
    `${metric.replace('_accuracy', '')} of ${layer}`;
  const headings = [
    ...new Set(transfers.flatMap(({ numbers }) => numbers.neighbours.map(headingOf))),
  ].slice(0, mostShown);
  if (headings.length === 0) return markup``;
  return dataTable({
    caption: 'Accuracies of nearest neighbours among the frozen vectors',
    columns: [{ heading: 'transfer' }, ...headings.map((heading) => ({ heading, isNumber: true }))],
    rows: transfers.flatMap(
      ({ name, numbers: { neighbours } }): readonly (readonly PageCell[])[] => {
        if (neighbours.length === 0) return [];
        const values = new Map(neighbours.map((one) => [headingOf(one), one.value]));
        return [[name, ...headings.map((heading) => shownShare(values.get(heading)))]];
      },
    ),
  });
}

/** What makes accuracies of a transfer those of other images than one may think. */
function leftOut(transfers: readonly NamedTransfer[]): Markup {
  const told = transfers.flatMap(({ name, numbers: { methods, overlap } }) => {
    const notScored = Math.max(...methods.map((one) => one.notScored));
    const copies = (overlap?.content.images ?? 0) + (overlap?.vector.images ?? 0);
    return [
      ...(notScored === 0
        ? []
        : [
            `${name}: ${counted(notScored, 'test image')} of no class, or of one without training images, not scored.`,
          ]),
      ...(copies === 0
        ? []
        : [
            `${name}: ${counted(copies, 'test image is a training image', 'test images are training images')}, by the file or the vector.`,
          ]),
    ];
  });
  return markup`${told.map((one) => markup`<p>${one}</p>`)}`;
}
