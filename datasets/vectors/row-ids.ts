import { PipelineError } from '../../operators/errors.ts';
import { counted, shownName } from '../../operators/message-words.ts';
import { stringColumn } from '../../operators/string-column.ts';
import { firstRows } from '../manifest/first-rows.ts';
import type { Cell } from '../tables/table-file.ts';

/** Ids of rows. */
export interface RowIds {
  /** Adds a row of the file that is kept. @param row Its number from 0. @throws {PipelineError} `ERR_FORMAT` when it has none. */
  add(cell: Cell | undefined, row: number): void;
  /** Id of a row for a message. */
  shown(cell: Cell | undefined, row: number): string;
  /**
   * @param rows Rows of the file.
   * @throws {PipelineError} `ERR_FORMAT` when an id is there twice.
   */
  finish(rows: number): FinishedIds;
}

/** Ids by position. */
export interface FinishedIds {
  readonly count: number;
  /** @throws {RangeError} When there is no such position. */
  id(position: number): string;
  /** Row of the file at a position. */
  row(position: number): number;
}

/**
 * Collects ids: texts and integers as they are, packed.
 *
 * @param column Null for numbers of rows, with zeros before them so that all are of one length.
 */
export function rowIds(url: string, column: string | null): RowIds {
  const texts = column === null ? null : stringColumn();
  const kept = keptRows();
  return {
    add(cell, row) {
      kept.add(row);
      texts?.push(idText(cell, { url, column: column!, row }));
    },
    shown: (cell, row) => (column === null || cell === null ? `row ${row}` : String(cell)),
    finish(rows) {
      const { count } = kept;
      if (texts !== null)
        requireOnce(url, column!, { texts, row: (position) => kept.at(position) });
      const digits = String(Math.max(0, rows - 1)).length;
      return {
        count,
        row: (position) => kept.at(position),
        id(position) {
          if (!Number.isInteger(position) || position < 0 || position >= count) {
            throw new RangeError(
              `Expected \`position\` to be an integer from 0 to ${count - 1}, got \`${position}\``,
            );
          }
          return texts?.at(position) ?? String(kept.at(position)).padStart(digits, '0');
        },
      };
    },
  };
}

interface KeptRows {
  readonly count: number;
  add(row: number): void;
  /** Row at a position. */
  at(position: number): number;
}

/** Numbers of rows that are kept: of no memory while all are. */
function keptRows(): KeptRows {
  let rows: Uint32Array | undefined;
  let count = 0;
  return {
    get count() {
      return count;
    },
    add(row) {
      if (rows === undefined && row !== count)
        rows = Uint32Array.from({ length: count }, (_, at) => at);
      if (rows !== undefined) {
        if (count === rows.length) {
          const larger = new Uint32Array(Math.max(1024, 2 * count));
          larger.set(rows);
          rows = larger;
        }
        rows[count] = row;
      }
      count += 1;
    },
    at: (position) => rows?.[position] ?? position,
  };
}

interface RowOfColumn {
  readonly url: string;
  readonly column: string;
  readonly row: number;
}

const wayOut = 'Choose another column with `?id=COLUMN`, or the numbers of rows with `?id=`';

function idText(cell: Cell | undefined, { url, column, row }: RowOfColumn): string {
  if (typeof cell === 'string' && cell !== '') return cell;
  if (typeof cell === 'number' && Number.isInteger(cell)) return BigInt(cell).toString();
  if (typeof cell === 'bigint') return String(cell);
  throw new PipelineError(
    'ERR_FORMAT',
    `Row ${row} (from 0) of \`${url}\` has no id in ${shownName(column)}. ${wayOut}`,
    { path: url },
  );
}

function requireOnce(
  url: string,
  column: string,
  {
    texts,
    row,
  }: {
    readonly texts: ReturnType<typeof stringColumn>;
    readonly row: (position: number) => number;
  },
): void {
  const known = firstRows(texts);
  let example: readonly [number, number] | undefined;
  let others = 0;
  for (let at = 0; at < texts.length; at += 1) {
    const first = known.add(at);
    if (first === at) continue;
    if (example === undefined) example = [first, at];
    else others += 1;
  }
  if (example === undefined) return;
  const more =
    others === 0
      ? ''
      : `, and ${counted(others, 'more row repeats an id', 'more rows repeat an id')}`;
  throw new PipelineError(
    'ERR_FORMAT',
    `${shownName(texts.at(example[0]))} is the id of row ${row(example[0])} and of row ${row(example[1])} (from 0) of ` +
      `\`${url}\`, in ${shownName(column)}${more}: what is told of an id must be about one row. ${wayOut}`,
    { path: url, sample: texts.at(example[0]) },
  );
}
