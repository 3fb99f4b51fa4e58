const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];

/** A number of bytes for people, such as `38.4 MB`. */
export function shownBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`;
  const power = Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toPrecision(3)} ${units[power]}`;
}
