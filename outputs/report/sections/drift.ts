import type { DriftStatistic } from '../../../operators/curation/drift/drift-rows.ts';
import { isObject } from '../../../operators/files/json.ts';
import { andMore, counted } from '../../../operators/message-words.ts';
import { dataTable, type PageCell, rangedCell } from '../../page/data-table.ts';
import { markup, type Markup } from '../../page/markup.ts';
import { drawnFrom } from '../../page/page-figure.ts';
import { shownNumber } from '../../page/shown-number.ts';
import {
  type DriftedClass,
  type Drifts,
  type DriftTest,
  type FarImage,
  readDrifts,
} from '../examples/drifts.ts';
import { type ImageCells, imageCells, imageStyles } from '../examples/image-cells.ts';
import { setHash, summaryNumber } from '../examples/set-of.ts';
import { firstShown } from '../figures/most.ts';
import type { ReportResult } from '../material/material.ts';
import type { ReportSection } from '../material/report-section.ts';

/** Results of `drift` that are shown. */
const mostShown = 4;

/** Whether images of a new set are distributed as those of an old one, and which classes and images are not. */
export const driftSection: ReportSection = {
  title: 'Drift',
  shows: 'whether new images are distributed as the old ones were',
  command: 'sincere drift OLD NEW --out DRIFT',
  isOptional: true,
  draw: async ({ drifts }, context) => {
    if (drifts.length === 0) return undefined;
    const all = [];
    for (const result of drifts.slice(0, mostShown)) {
      all.push({ result, sets: setsOf(result), found: await readDrifts(result, context.signal) });
    }
    const wanted = all.flatMap(({ sets, found }) =>
      found.far.flatMap(({ id, nearestId }) => [
        { set: sets.new, id },
        { set: sets.old, id: nearestId },
      ]),
    );
    const cells = await imageCells(context, 'drift', wanted);
    return {
      styles: imageStyles,
      body: markup`${cells.pictures}
${firstShown(drifts.length, mostShown, 'comparisons')}
${all.map((one) => ofResult(one, cells))}`,
    };
  },
};

/** Hashes of the datasets of both sides. */
interface Sets {
  readonly old: string | undefined;
  readonly new: string | undefined;
}

function setsOf({ summary }: ReportResult): Sets {
  return { old: setHash(summary['old']), new: setHash(summary['new']) };
}

interface FoundDrift {
  readonly result: ReportResult;
  readonly sets: Sets;
  readonly found: Drifts;
}

function ofResult({ result, sets, found }: FoundDrift, cells: ImageCells): Markup {
  const { name, summary } = result;
  const { changed, far } = found;
  return markup`<h3>${name}</h3>
<p>${verdict(found, summary)}</p>
<p>${aboutClasses(found, summary)}</p>
${changed.length === 0 ? markup`` : classTable(name, found)}
${far.length === 0 ? markup`` : farTable(name, far, { sets, cells })}
<p class="muted small">${drawnFrom(['drift', ...(far.length === 0 ? [] : ['examples'])].map((file) => `${name}/${file}.arrow`))}</p>`;
}

const words: Readonly<Record<DriftStatistic, string>> = {
  mmd2: 'MMD²',
  mean_shift: 'mean shift',
  chi_square: 'χ² of the classes',
  share: 'share',
};

/** What the tests over all images say, and their numbers. */
function verdict({ overall }: Drifts, summary: ReportResult['summary']): Markup {
  const number = (field: string): number => summaryNumber(summary, field);
  const images = `from ${counted(number('oldRows'), 'old image')} to ${counted(number('newRows'), 'new one')}`;
  const tested = [...overall].filter(([, { p }]) => !Number.isNaN(p));
  if (tested.length === 0) return markup`Too few images to test a change ${images}.`;
  const isChanged = (...names: readonly DriftStatistic[]): boolean =>
    names.some((one) => overall.get(one)?.isSignificant === true);
  const what = [
    ...(isChanged('mmd2', 'mean_shift') ? ['the distribution of the vectors'] : []),
    ...(isChanged('chi_square') ? ['the shares of the classes'] : []),
  ].join(' and ');
  const same = summary['same'] === true ? ' Both sets hold the same vectors.' : '';
  const found = what === '' ? markup`<b>No change</b> is` : markup`A <b>change of ${what}</b> is`;
  const numbers = tested.map(
    ([one, test]) => `${words[one]} ${shownNumber(test.value)} (${shownP(test)})`,
  );
  return markup`${found} found ${images}: ${numbers.join(', ')}; * is a p of at most ${number('alpha')}, by ${counted(number('permutations'), 'random relabelling')}.${same}`;
}

function aboutClasses(
  { classes, changedCount, changed }: Drifts,
  summary: ReportResult['summary'],
): string {
  const few =
    changed.length < changedCount ? `; the ${changed.length} that moved most are shown` : '';
  const tested =
    classes === 0
      ? 'No class is in both sets often enough to be tested.'
      : `Of ${counted(classes, 'class', 'classes')} ${changedCount === 0 ? 'none has' : counted(changedCount, 'has', 'have')} changed${few}.`;
  return [
    tested,
    aloneIn(summary['onlyOld'], 'In the old set alone'),
    aloneIn(summary['onlyNew'], 'In the new set alone'),
  ].join('');
}

const mostNames = 5;

/** Classes that one set alone has. */
function aloneIn(of: unknown, where: string): string {
  if (!Array.isArray(of) || of.length === 0) return '';
  const names = of.slice(0, mostNames).map((one: unknown) => {
    return String(isObject(one) ? one['class'] : one);
  });
  return ` ${where}: ${names.join(', ')}${andMore(of.length - names.length)}.`;
}

const columns = [
  { heading: 'class' },
  { heading: 'old', isNumber: true },
  { heading: 'new', isNumber: true },
  ...(['mmd2', 'mean_shift', 'share'] as const).map((one) => {
    return { heading: words[one], isNumber: true };
  }),
];

function classTable(name: string, { changed }: Drifts): Markup {
  const row = ({ name: own, oldImages, newImages, tests }: DriftedClass): readonly PageCell[] => [
    own,
    counted(oldImages),
    counted(newImages),
    ...(['mmd2', 'mean_shift', 'share'] as const).map((one) => {
      const test = tests.get(one);
      return rangedCell(shownNumber(test?.value), test === undefined ? undefined : shownP(test));
    }),
  ];
  return dataTable({
    caption: `${name}: classes that have changed, by MMD²; p is adjusted among the classes`,
    columns,
    rows: changed.map(row),
  });
}

interface FarForm {
  readonly sets: Sets;
  readonly cells: ImageCells;
}

function farTable(
  name: string,
  far: readonly FarImage[],
  { sets, cells: { cell } }: FarForm,
): Markup {
  return dataTable({
    caption: `${name}: new images that are least like any old one, and the old one that is nearest`,
    columns: [{ heading: 'new image' }, { heading: 'nearest old image' }],
    rows: far.map(({ id, class: own, similarity, nearestId, nearestClass }) => [
      cell({ set: sets.new, id }, own ?? undefined),
      cell({ set: sets.old, id: nearestId }, nearestClass ?? undefined, shownNumber(similarity)),
    ]),
  });
}

function shownP({ p, isSignificant }: DriftTest): string {
  return `p ${shownNumber(p)}${isSignificant ? ' *' : ''}`;
}
