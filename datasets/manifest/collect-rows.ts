import { messageOf } from '../../operators/errors.ts';
import { stringColumn, type StringColumn } from '../../operators/string-column.ts';
import { numberColumn } from '../records/number-column.ts';
import type { ManifestColumns } from './manifest-columns.ts';
import { isPlural } from './manifest-columns.ts';
import { manifestError, rowError } from './manifest-error.ts';
import type { ManifestRows } from './manifest-rows.ts';
import { rowLabels, type RowLabels } from './row-labels.ts';
import type { RowPlaces } from './row-places.ts';

/** All rows of a manifest, in their order: some 20 bytes and the text of the path for each. */
export interface CollectedRows {
  readonly count: number;
  readonly unit: ManifestRows['unit'];
  /** Line, or number of the row, of each. */
  readonly at: Uint32Array;
  /** Where the image of each lies. */
  readonly keys: StringColumn;
  /** Ids; absent without a column of them. */
  readonly ids?: StringColumn | undefined;
  /** Number of the cell of each in `labels`; absent without a column of classes. */
  readonly label?: Uint32Array | undefined;
  readonly labels?: ReturnType<RowLabels['finish']> | undefined;
  /** Number of each in `splits`; absent without a column of splits. */
  readonly split?: Uint32Array | undefined;
  readonly splits: readonly string[];
}

/** Options of `collectRows`. */
export interface CollectRowsOptions {
  readonly url: string;
  readonly columns: ManifestColumns;
  readonly places: RowPlaces;
}

/** Splits that a column may name. */
const mostSplits = 10_000;

/** Reads every row once. @throws {PipelineError} `ERR_DATASET`, naming the row, when one is wrong. */
export async function collectRows(
  rows: ManifestRows,
  { url, columns, places }: CollectRowsOptions,
): Promise<CollectedRows> {
  const { image, label, id, split = columns.maybeSplit } = columns;
  const chosen = [image, label, id, split];
  const present = chosen.filter((name) => name !== undefined);
  const placeIn = (name: string | undefined): number =>
    name === undefined ? -1 : present.indexOf(name);
  const [atLabel, atId, atSplit] = [placeIn(label), placeIn(id), placeIn(split)];
  const labels = labelsOf(rows, label);
  const splits = new Map<string, number>();
  const keys = stringColumn();
  const ids = stringColumn();
  const make = (size: number): Uint32Array<ArrayBuffer> => new Uint32Array(size);
  const [ats, labelNumbers, splitNumbers] = [
    numberColumn(make),
    numberColumn(make),
    numberColumn(make),
  ];
  for await (const { at, cells } of rows.rows(present)) {
    try {
      keys.push(places.of(cells[0]));
      ats.push(at);
      if (atLabel >= 0) labelNumbers.push(labels!.add(cells[atLabel]));
      if (atId >= 0) ids.push(idOf(cells[atId]));
      if (atSplit >= 0) splitNumbers.push(splitNumber(splits, cells[atSplit]));
    } catch (error) {
      const options = messageOf(error).includes('`imageRoot`') ? ['imageRoot'] : [];
      const row = `${rows.unit === 'line' ? 'Line' : 'Row'} ${at}`;
      throw Object.assign(rowError(url, row, messageOf(error), options), { cause: error });
    }
  }
  if (keys.length === 0) throw manifestError(url, 'has no rows. Expected one for each image');
  return {
    count: keys.length,
    unit: rows.unit,
    at: ats.all(),
    keys,
    ...(atId < 0 ? {} : { ids }),
    ...(atLabel < 0 ? {} : { label: labelNumbers.all(), labels: labels!.finish() }),
    ...(atSplit < 0 ? {} : { split: splitNumbers.all() }),
    splits: [...splits.keys()],
  };
}

function labelsOf(rows: ManifestRows, label: string | undefined): RowLabels | undefined {
  if (label === undefined) return undefined;
  const areSeparated = rows.areTexts && isPlural(label);
  return rowLabels({ column: label, areSeparated, classNames: rows.classNames?.(label) });
}

function idOf(cell: unknown): string {
  const id = typeof cell === 'number' || typeof cell === 'bigint' ? String(cell) : cell;
  if (typeof id !== 'string' || id === '') throw new Error('has no id');
  if (id.length > 4096 || /\p{Surrogate}/u.test(id)) {
    throw new Error('has an id that is no text, or has more than 4,096 characters');
  }
  return id;
}

function splitNumber(splits: Map<string, number>, cell: unknown): number {
  if (typeof cell === 'object' && cell !== null)
    throw new Error('has a list or an object for its split');
  const text = typeof cell === 'string' ? cell : JSON.stringify(cell ?? '').replaceAll('"', '');
  const known = splits.get(text);
  if (known !== undefined) return known;
  if (splits.size === mostSplits) throw new Error(`has one split more than ${mostSplits}`);
  splits.set(text, splits.size);
  return splits.size - 1;
}
