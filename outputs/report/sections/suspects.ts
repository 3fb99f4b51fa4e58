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
import { setHash, summaryNumber } from '../examples/set-of.ts';
import { readSuspects, type Suspect } from '../examples/suspects.ts';
import type { ReportMaterial, ReportResult } from '../material/material.ts';
import type { ReportSection } from '../material/report-section.ts';

/** Results of `suspects` that are shown. */
const mostShown = 4;

/** Labels that are probably wrong, the most suspicious first, beside the neighbours that outvote them. */
export const suspectsSection: ReportSection = {
  title: 'Labels that are probably wrong',
  shows: 'images whose neighbours, or whose training, disagree with their label',
  command: 'sincere suspects TRAIN --out SUSPECTS',
  draw: async (material, context) => {
    if (material.suspects.length === 0) return undefined;
    const found = [];
    for (const result of material.suspects.slice(0, mostShown)) {
      const sets = setsOf(result, material);
      found.push({ result, sets, suspects: await readSuspects(result, context.signal) });
    }
    const wanted = found.flatMap(({ sets, suspects }) =>
      suspects.flatMap((one) => wantedOf(one, sets)),
    );
    const cells = await imageCells(context, 'suspects', wanted);
    return {
      styles: imageStyles,
      body: markup`${cells.pictures}
${found.map((one) => ofResult(one, cells))}`,
    };
  },
};

/** Hashes of the datasets that suspects and their neighbours are of. */
interface Sets {
  readonly own: string | undefined;
  readonly voters: string | undefined;
}

function setsOf({ summary }: ReportResult, { runs }: ReportMaterial): Sets {
  if (typeof summary['history'] !== 'string') {
    return { own: setHash(summary['set']), voters: setHash(summary['of']) };
  }
  // The history is of a run, and which one can be told only when there is one.
  const data = runs.length === 1 ? runs[0]!.saved.config['data'] : undefined;
  const own = setHash({ datasetHash: (data as { hash?: unknown } | undefined)?.hash });
  return { own, voters: own };
}

function wantedOf({ id, voters, duplicateId }: Suspect, sets: Sets): readonly NamedImage[] {
  const others = [...voters.map((one) => one.id), ...(duplicateId === null ? [] : [duplicateId])];
  return [{ set: sets.own, id }, ...others.map((one) => ({ set: sets.voters, id: one }))];
}

interface FoundSuspects {
  readonly result: ReportResult;
  readonly sets: Sets;
  readonly suspects: readonly Suspect[];
}

function ofResult({ result, sets, suspects }: FoundSuspects, cells: ImageCells): Markup {
  const { name, summary } = result;
  const [rows, all] = [summaryNumber(summary, 'rows'), summaryNumber(summary, 'suspects')];
  const hasVoters = suspects.some(({ voters }) => voters.length > 0);
  const hasDuplicates = suspects.some(({ duplicateId }) => duplicateId !== null);
  const columns = [
    { heading: 'image' },
    { heading: 'suggested' },
    { heading: 'self-confidence', isNumber: true },
    { heading: 'margin', isNumber: true },
    ...(hasVoters ? [{ heading: 'nearest' }, { heading: '2nd' }, { heading: '3rd' }] : []),
    ...(hasDuplicates ? [{ heading: 'near-duplicate of another class' }] : []),
  ];
  const shown = suspects.map((one) => rowOf(one, { sets, cells, hasVoters, hasDuplicates }));
  const files = [`${name}/suspects.arrow`, ...(hasVoters ? [`${name}/neighbours.arrow`] : [])];
  return markup`<h3>${name}</h3>
<p>Of ${counted(rows, 'image')} <b>${counted(all)}</b> have a label that is probably wrong${all > shown.length ? `; the first ${shown.length} of them` : ''}.</p>
${shown.length === 0 ? markup`` : dataTable({ caption: `${name}: the most suspicious first`, columns, rows: shown })}
<p class="muted small">${drawnFrom(files)}</p>`;
}

interface RowForm {
  readonly sets: Sets;
  readonly cells: ImageCells;
  readonly hasVoters: boolean;
  readonly hasDuplicates: boolean;
}

function rowOf(
  one: Suspect,
  { sets, cells, hasVoters, hasDuplicates }: RowForm,
): readonly PageCell[] {
  const { cell } = cells;
  const voter = (place: number): PageCell => {
    const found = one.voters[place];
    if (found === undefined) return '–';
    const said = [found.class ?? undefined, shownNumber(found.similarity)];
    return cell({ set: sets.voters, id: found.id }, ...said);
  };
  const duplicate: NamedImage | undefined =
    one.duplicateId === null ? undefined : { set: sets.voters, id: one.duplicateId };
  return [
    cell({ set: sets.own, id: one.id }, one.class ?? undefined),
    one.suggested === null ? '–' : `${one.suggested} (${shownShare(one.suggestedShare)})`,
    shownNumber(one.selfConfidence),
    shownNumber(one.margin),
    ...(hasVoters ? [0, 1, 2].map(voter) : []),
    ...(hasDuplicates ? [cell(duplicate, one.duplicateClass ?? undefined)] : []),
  ];
}
