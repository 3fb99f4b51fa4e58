/** Positions of the dataset that one part covers, whatever was bad in it. */
export const partPositions = 4096;

/** The file of a part, such as `part-00003.arrow`. */
export function partName(number: number): string {
  return `part-${padded(number)}.arrow`;
}

/** The number of a part, from its file, the one beside it, or a temporary one of them. */
export function partNumber(name: string): number | undefined {
  const [, number] = /^part-(\d+)\.(?:arrow|index\.json)(?:\.|$)/u.exec(name) ?? [];
  return number === undefined ? undefined : Number(number);
}

function padded(number: number): string {
  return String(number).padStart(5, '0');
}
