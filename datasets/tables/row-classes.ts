import { shownName } from '../../operators/message-words.ts';
import type { Cell, TableValue } from './table-file.ts';

/** Class names of rows, and how many were of a kind that is told. */
export interface RowClasses {
  /** Names of the classes of a row: none when unknown. @throws {Error} When a number has no name: the message is the reason. */
  of(cell: Cell): readonly string[];
  /** Rows without a class. */
  readonly unknown: number;
  /** Names that were seen. */
  readonly seen: ReadonlySet<string>;
  /** True when numbers without names were used as names. */
  readonly areNumbers: boolean;
}

const none: readonly string[] = [];

/** Reads classes from the cells of a column. @param names Of the numbers; undefined where they have none. */
export function rowClasses(names: readonly string[] | undefined): RowClasses {
  let unknown = 0;
  let areNumbers = false;
  const seen = new Set<string>();
  // One list for each class, not one for each row.
  const known = new Map<TableValue, readonly string[]>();
  const nameOf = (value: TableValue): string | undefined => {
    if (typeof value === 'string') return value === '' ? undefined : value;
    if (names === undefined) {
      areNumbers = true;
      return String(value);
    }
    // `datasets` writes -1 where a class is unknown, as in test sets.
    if (Number(value) === -1) return undefined;
    const name = names[Number(value)];
    if (name !== undefined) return name;
    throw new Error(
      `the class ${shownName(String(value))} is none of the ${names.length} that its schema names`,
    );
  };
  const listOf = (value: TableValue | null): readonly string[] => {
    if (value === null) return none;
    let list = known.get(value);
    if (list === undefined) {
      const name = nameOf(value);
      list = name === undefined ? none : [name];
      if (name !== undefined) seen.add(name);
      known.set(value, list);
    }
    return list;
  };
  return {
    of(cell) {
      const list = Array.isArray(cell)
        ? [...new Set((cell as readonly (TableValue | null)[]).flatMap(listOf))]
        : listOf(cell as TableValue | null);
      if (list.length === 0) unknown += 1;
      return list;
    },
    get unknown() {
      return unknown;
    },
    seen,
    get areNumbers() {
      return areNumbers;
    },
  };
}
