/** Columns that are the numbers of one vector, such as `x_0` to `x_127`. */
export interface ColumnStem {
  /** What their names begin with, without `_`, `-`, `.` and spaces at its end; `vector` where they are numbers alone. */
  readonly name: string;
  /** Their names by number. */
  readonly columns: readonly string[];
}

/** Most numbers of a vector whose numbers are columns. */
const mostNumbers = 2 ** 16;

/**
 * Finds columns whose names differ in a number alone: all from 0 or from 1 on, two or more.
 *
 * @param names Columns that can be numbers.
 */
export function columnStems(names: readonly string[]): readonly ColumnStem[] {
  const stems = new Map<string, Map<number, string>>();
  for (const name of names) {
    const [, stem, digits] = /^(.*?)(0|[1-9]\d{0,5}|0\d{1,5})$/su.exec(name) ?? [];
    if (stem === undefined) continue;
    const own = stems.get(stem) ?? new Map<number, string>();
    stems.set(stem, own);
    // Of two that mean the same, none is a part of a vector.
    own.set(own.has(Number(digits)) ? -1 : Number(digits), name);
  }
  return [...stems].flatMap(([stem, own]) => {
    const first = own.has(0) ? 0 : 1;
    const columns = Array.from({ length: own.size }, (_, at) => own.get(first + at));
    const isWhole = own.size > 1 && own.size <= mostNumbers && !columns.includes(undefined);
    const name = stem.replace(/[-_. ]+$/u, '') || 'vector';
    return isWhole ? [{ name, columns: columns as string[] }] : [];
  });
}
