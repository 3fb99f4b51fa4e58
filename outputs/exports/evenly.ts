/** At most `most` numbers below `count`, evenly spread, the last one among them. */
export function evenly(count: number, most: number): number[] {
  const length = Math.min(count, most);
  return Array.from({ length }, (_, at) => Math.floor(((at + 1) * count) / length) - 1);
}
