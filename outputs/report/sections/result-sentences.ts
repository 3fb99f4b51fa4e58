import { PipelineError } from '../../../operators/errors.ts';
import { isObject } from '../../../operators/files/json.ts';
import { counted } from '../../../operators/message-words.ts';
import { markup, type Markup } from '../../page/markup.ts';
import { shownInterval, shownNumber, shownShare } from '../../page/shown-number.ts';
import { summaryNumber } from '../examples/set-of.ts';
import type { ReportResult } from '../material/material.ts';
import { readTransfer, type TransferNumbers } from '../tables/read-transfer.ts';

/** Numbers of a summary by their fields; undefined where one is missing. */
function numbersOf(
  { summary }: ReportResult,
  ...fields: readonly string[]
): readonly number[] | undefined {
  const numbers = fields.map((field) => summaryNumber(summary, field));
  return numbers.some(Number.isNaN) ? undefined : numbers;
}

/** How many pairs of images are alike, or how many images of one set are in the other. */
export function duplicatesSentence(result: ReportResult): Markup | undefined {
  const numbers = numbersOf(result, 'pairs', 'groups', 'drops', 'threshold');
  if (numbers === undefined) return undefined;
  const [pairs, groups, drops, threshold] = numbers as [number, number, number, number];
  const alike = `at least ${shownNumber(threshold)} similar`;
  if (result.summary['between'] === true) {
    return markup`<strong>${counted(drops, 'image of the second set is', 'images of the second set are')} in the first one, or nearly</strong>: ${counted(pairs, 'pair is', 'pairs are')} ${alike}.`;
  }
  return markup`<strong>${counted(pairs, 'pair of images is', 'pairs of images are')} ${alike}</strong>, in ${counted(groups, 'group')}; without ${counted(drops, 'image')} there would be none.`;
}

/** How many labels are probably wrong. */
export function suspectsSentence(result: ReportResult): Markup | undefined {
  const numbers = numbersOf(result, 'rows', 'suspects');
  if (numbers === undefined) return undefined;
  const [rows, suspects] = numbers as [number, number];
  return markup`<strong>${counted(suspects)} of ${counted(rows, 'label')} ${suspects === 1 ? 'is' : 'are'} probably wrong</strong>.`;
}

/** Whether a change was found over all images. */
export function driftSentence(result: ReportResult): Markup | undefined {
  const numbers = numbersOf(result, 'oldRows', 'newRows');
  const tests = result.summary['tests'];
  if (numbers === undefined || !isObject(tests)) return undefined;
  const [oldRows, newRows] = numbers as [number, number];
  const images = `from ${counted(oldRows, 'old image')} to ${counted(newRows, 'new one')}`;
  const found = new Set(
    Object.values(tests).map((one) => (isObject(one) ? one['significant'] : null)),
  );
  if (found.has(true)) return markup`<strong>A change is found</strong> ${images}.`;
  return found.has(false)
    ? markup`<strong>No change is found</strong> ${images}.`
    : markup`<strong>Too few images to test a change</strong> ${images}.`;
}

/** How often images of others are put into their class; undefined too where the summary is damaged, which its section says. */
export function transferSentence(result: ReportResult): Markup | undefined {
  const numbers = transferNumbers(result);
  const parts = (numbers?.methods ?? []).flatMap(({ method, top1 }) => {
    if (top1 === null) return [];
    const interval = shownInterval(top1.ciLow, top1.ciHigh, shownShare)!;
    return [`${shownShare(top1.value)} ${methodWords[method]} (95 % interval ${interval})`];
  });
  const images = Math.max(0, ...(numbers?.methods ?? []).map(({ top1 }) => top1?.n ?? 0));
  if (parts.length === 0) return undefined;
  return markup`<strong>Of ${counted(images, 'test image')}, ${parts.join(', ')} were put into their class</strong>.`;
}

const methodWords: Readonly<Record<TransferNumbers['methods'][number]['method'], string>> = {
  frozen: 'by a classifier on frozen vectors',
  fine_tuned: 'by the encoder trained further',
};

function transferNumbers(result: ReportResult): TransferNumbers | undefined {
  try {
    return readTransfer(result);
  } catch (error) {
    if (error instanceof PipelineError) return undefined;
    throw error;
  }
}

/** How many images were chosen. */
export function selectionSentence(result: ReportResult): Markup | undefined {
  const numbers = numbersOf(result, 'chosen', 'selectable');
  if (numbers === undefined) return undefined;
  const [chosen, selectable] = numbers as [number, number];
  return markup`<strong>${counted(chosen)} of ${counted(selectable, 'image')} ${chosen === 1 ? 'was' : 'were'} chosen</strong> by ${String(result.summary['method'])}.`;
}

/** How many images were searched for. */
export function neighboursSentence(result: ReportResult): Markup | undefined {
  const numbers = numbersOf(result, 'queries', 'support', 'neighbours');
  if (numbers === undefined) return undefined;
  const [queries, support, neighbours] = numbers as [number, number, number];
  return markup`<strong>The ${counted(neighbours)} nearest of ${counted(support, 'image')} were searched</strong> for each of ${counted(queries, 'query', 'queries')}.`;
}
