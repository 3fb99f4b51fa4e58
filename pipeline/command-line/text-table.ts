/**
 * Rows as lines with columns one under another, two spaces apart.
 *
 * Columns whose cells are all numbers (or `–`), the heading aside, stand to the right.
 */
export function textTable(
  rows: readonly (readonly string[])[],
  { heading = true }: { readonly heading?: boolean } = {},
): readonly string[] {
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
