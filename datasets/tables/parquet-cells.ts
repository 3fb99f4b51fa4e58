import type { DecodedPage } from './parquet-page.ts';
import type { ParquetLeaf } from './parquet-schema.ts';
import type { RawValues } from './parquet-values.ts';
import type { Cell, TableValue } from './table-file.ts';
import { decodeText, narrow } from './table-values.ts';

/** The value that the bytes of a column mean. */
function meaningOf({ kind, isUnsigned }: ParquetLeaf): (raw: unknown) => TableValue {
  if (kind === 'text') return (raw) => decodeText(raw as Uint8Array);
  if (kind !== 'integer') return (raw) => raw as TableValue;
  return (raw) => {
    if (typeof raw === 'bigint') return narrow(isUnsigned ? BigInt.asUintN(64, raw) : raw);
    return isUnsigned ? (raw as number) >>> 0 : (raw as number);
  };
}

/** Cells of data pages, one after the other: a list may go on in the next page. */
export interface CellAssembly {
  /** @param dictionary Its values, where it has one. */
  add(page: DecodedPage, dictionary: RawValues | undefined): void;
  /** Cells that are complete, which are forgotten here. */
  take(isLast: boolean): Cell[];
}

/** Begins the cells of a column chunk. */
export function cellAssembly(leaf: ParquetLeaf): CellAssembly {
  const mean = meaningOf(leaf);
  let cells: Cell[] = [];
  return {
    add(page, dictionary) {
      const valueAt = valuesOf(page, dictionary, mean);
      const { count, definitions, repetitions } = page;
      let next = 0;
      for (let at = 0; at < count; at += 1) {
        const level = definitions?.[at] ?? leaf.definition;
        const value = level === leaf.definition ? valueAt(next++) : null;
        if (repetitions === undefined) cells.push(value);
        else addToList(cells, value, level >= leaf.elementDefinition, repetitions[at]! > 0);
      }
    },
    take(isLast) {
      const complete = cells;
      cells = leaf.repetition === 0 || isLast ? [] : complete.splice(-1);
      return complete;
    },
  };
}

function addToList(
  cells: Cell[],
  value: TableValue | null,
  isThere: boolean,
  goesOn: boolean,
): void {
  if (!goesOn) cells.push(isThere ? [value] : []);
  else {
    const list = cells.at(-1);
    if (!Array.isArray(list)) throw new Error('a list goes on that has not begun');
    (list as (TableValue | null)[]).push(value);
  }
}

function valuesOf(
  { values, isIndexed }: DecodedPage,
  dictionary: RawValues | undefined,
  mean: (raw: unknown) => TableValue,
): (at: number) => TableValue {
  if (!isIndexed) return (at) => mean(values[at]);
  // Each entry gets its meaning once.
  const known: TableValue[] = [];
  return (at) => {
    const entry = values[at] as number;
    if (dictionary === undefined || entry >= dictionary.length) {
      throw new Error(`a value is entry ${entry} of a dictionary of ${dictionary?.length ?? 0}`);
    }
    return (known[entry] ??= mean(dictionary[entry]));
  };
}
