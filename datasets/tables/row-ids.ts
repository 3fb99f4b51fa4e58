import type { Cell, TableValue } from './table-file.ts';

/** Path of an image as an id: an image of a known class that has a bare name is `class/name`, as in an image folder. */
export function idOfPath(path: string, classes: readonly string[]): string | undefined {
  const plain = path.replace(/^(?:\.\/)+/u, '');
  if (plain === '') return undefined;
  const [first] = classes;
  return first === undefined || /[/\\]/u.test(plain) ? plain : `${first}/${plain}`;
}

/** Id of a row by its number: that of its table, and the row in as many digits as the last one has. */
export function idOfRow(table: string, row: number, rows: number): string {
  return `${table}#${String(row).padStart(String(Math.max(0, rows - 1)).length, '0')}`;
}

/** Values of a cell: one, or those of its list. */
export function valuesOf(cell: Cell): readonly (TableValue | null)[] {
  return Array.isArray(cell)
    ? (cell as readonly (TableValue | null)[])
    : [cell as TableValue | null];
}
