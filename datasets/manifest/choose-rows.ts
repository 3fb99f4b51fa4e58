import { counted, shownName, shownNames } from '../../operators/message-words.ts';
import type { DatasetNote } from '../../operators/types.ts';
import { wholeFolder, withoutSplit, withSplits } from '../records/split-errors.ts';
import { splitKind } from '../records/split-names.ts';
import type { CollectedRows } from './collect-rows.ts';
import type { ManifestColumns } from './manifest-columns.ts';
import { isElsewhere } from './row-places.ts';

/** The rows of a split. */
export interface ChosenRows {
  /** Tests whether a row is one of them. */
  readonly has: (row: number) => boolean;
  /** What all their paths begin with: the folder of the split, left out of ids as with folders. */
  readonly prefix: string;
  readonly notes: readonly DatasetNote[];
}

/** Options of `chooseRows`. */
export interface ChooseRowsOptions {
  /** The manifest as it was opened. */
  readonly location: string;
  readonly columns: ManifestColumns;
  readonly split: string | undefined;
}

/**
 * The rows of the split that was chosen: by a column of splits, else by the folders that paths begin with, where all are called
 * as splits are.
 *
 * @throws {PipelineError} `ERR_DATASET` when there are several splits and none is chosen, or not this one.
 */
export function chooseRows(rows: CollectedRows, options: ChooseRowsOptions): ChosenRows {
  const { location, columns, split } = options;
  const notes: DatasetNote[] = [];
  const bySplit = splitsOfColumn(rows, columns, notes) ?? splitsOfFolders(rows);
  const names = bySplit.names.filter((name) => name !== '');
  if (split === wholeFolder) return { has: () => true, prefix: '', notes };
  if (split === undefined) {
    if (names.length > 1) throw withSplits(location, [...names].sort(), 'for the images of all');
    return { has: () => true, prefix: '', notes };
  }
  const number = bySplit.names.indexOf(split);
  if (number < 0) {
    throw withoutSplit({ location, split, kind: 'split', names: [...names].sort() });
  }
  const has = (row: number): boolean => bySplit.of[row] === number;
  const prefix = `${split}/`;
  let isBelow = true;
  for (let row = 0; isBelow && row < rows.count; row += 1) {
    isBelow = !has(row) || rows.keys.at(row).startsWith(prefix);
  }
  return { has, prefix: isBelow ? prefix : '', notes };
}

interface RowSplits {
  readonly names: readonly string[];
  /** Number of each row in `names`. */
  readonly of: ArrayLike<number>;
}

function splitsOfColumn(
  { splits, split, count }: CollectedRows,
  columns: ManifestColumns,
  notes: DatasetNote[],
): RowSplits | undefined {
  if (split === undefined) return undefined;
  const named = splits.filter((name) => name !== '');
  if (columns.split === undefined && !named.every((name) => splitKind(name) !== undefined)) {
    notes.push({
      text:
        `${shownName(columns.maybeSplit!)} is not taken for a column of splits, as its values are ${shownNames(named)}. ` +
        `If it is one, give \`columns: split=${columns.maybeSplit}\``,
      options: ['columns'],
    });
    return undefined;
  }
  const without = splits.indexOf('');
  if (without >= 0) {
    const rows = split.reduce((sum, one) => sum + (one === without ? 1 : 0), 0);
    notes.push({
      text: `${counted(rows)} of ${counted(count, 'row')} ${rows === 1 ? 'has' : 'have'} no split`,
    });
  }
  return { names: splits, of: split };
}

/** Splits by the first folder of paths: those of Hugging Face's image folders. */
function splitsOfFolders({ keys }: CollectedRows): RowSplits {
  const names = new Map<string, number>();
  const of = new Uint32Array(keys.length);
  for (let row = 0; row < keys.length; row += 1) {
    const key = keys.at(row);
    const end = key.indexOf('/');
    const name = end < 0 || isElsewhere(key) ? '' : key.slice(0, end);
    if (splitKind(name) === undefined) return { names: [], of: [] };
    let number = names.get(name);
    if (number === undefined) names.set(name, (number = names.size));
    of[row] = number;
  }
  return { names: [...names.keys()], of };
}
