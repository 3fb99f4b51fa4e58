/** Last bytes of a file of Lance. @see https://lance.org/format/file/ */
export const lanceMagic = 'LANC';

/** Tests whether a location is called as a table of Lance is, which is a folder. */
export function isLanceName(location: string): boolean {
  return /\.lance[/\\]*$/iu.test(location);
}

/**
 * Why Lance is not read, with what exports it.
 *
 * @param location Of a table, without credentials; undefined where it is not known, as of one of its files.
 */
export function lanceReason(location?: string): string {
  // A name with a quotation mark would be a line that no shell reads.
  const isPlain = location !== undefined && !/['"`$\\]/u.test(location);
  const from = isPlain ? location.replace(/\/+$/u, '') : 'TABLE.lance';
  const name = from
    .split(/[/\\]/u)
    .at(-1)!
    .replace(/\.lance$/iu, '');
  const [source, target] = [from, `${name}.parquet`].map((one) => JSON.stringify(one));
  return (
    "is Lance, which is not read: export it with `python -c 'import lance, pyarrow.parquet as pq; " +
    `pq.write_table(lance.dataset(${source}).to_table(), ${target})'\``
  );
}
