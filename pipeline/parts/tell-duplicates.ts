import type { NearDuplicates } from '../../operators/curation/duplicates/duplicates.ts';
import { counted } from '../../operators/message-words.ts';
import type { TellNote } from './run-event.ts';

/** Share of the rows in one group above which the group says nothing. */
const mostOfSet = 0.1;

/** Rows below which any group is a large share of the set. */
const fewRows = 100;

/** Tells what was not listed, and of groups that a threshold too low has chained together. */
export function tellDuplicates(found: NearDuplicates, note: TellNote): void {
  const { pairs, listed, threshold } = found;
  if (listed < pairs) {
    note(
      `${counted(listed)} of ${counted(pairs, 'pair')} are listed, the most similar (\`maxPairs\`); groups are of all of them`,
      ['maxPairs'],
    );
  }
  if (!isChained(found)) return;
  note(
    `one group holds ${counted(found.largest)} of ${counted(rowsOf(found), 'image')}: \`threshold: ${threshold}\` is too low for these vectors, or ` +
      'they are collapsed',
    ['threshold'],
  );
}

/** Tests whether a threshold too low has chained a large share of the images together. */
export function isChained(found: Pick<NearDuplicates, 'rows' | 'largest'>): boolean {
  const rows = rowsOf(found);
  return rows >= fewRows && found.largest > mostOfSet * rows;
}

function rowsOf({ rows }: Pick<NearDuplicates, 'rows'>): number {
  return rows.reduce((sum, count) => sum + count, 0);
}
