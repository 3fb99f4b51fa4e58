import type { VectorSet } from './vector-set.ts';

/** Name of the class of a row; null when it is unknown. */
export function classOf(
  { classes, labels }: Pick<VectorSet, 'classes' | 'labels'>,
  position: number,
): string | null {
  return classes[labels[position]!] ?? null;
}
