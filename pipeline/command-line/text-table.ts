import { plainText } from '../../operators/message-words.ts';

/**
 * Rows as lines with columns one under another, two spaces apart.
 *
 * Cells may hold ids and names of anyone: their control characters are escaped, so that each row is one line.
 * Columns whose cells are all numbers (or `–`), the heading aside, stand to the right.
 */
export function textTable(
  given: readonly (readonly string[])[],
  { heading = true }: { readonly heading?: boolean } = {},
): readonly string[] {
  const rows = given.map((row) => row.map(plainText));
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const body = heading ? rows.slice(1) : rows;
  const layouts = Array.from({ length: columns }, (_, column) => ({
    width: Math.max(...rows.map((row) => (row[column] ?? '').length)),
    right: body.every((row) => /^(–|[\d.,+−-]+(e[+-]\d+)? ?%?)$/u.test(row[column] ?? '–')),
  }));
  return rows.map((row) =>
    layouts
      .map(({ width, right }, column) => {
        const cell = row[column] ?? '';
        return right ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}
