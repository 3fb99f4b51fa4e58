import { counted } from './message-words.ts';

/** Reason why a vector has no direction to compare by: a number that is not finite, or no length. */
export type VectorFault = 'not finite' | 'no length';

/** `F.normalize` divides by no less than this: a shorter vector has no direction, for it and for others. */
const leastLength = 1e-12;

/**
 * The fault of one row; undefined when it can be used. Its squares are summed in float64, where no square of a float32
 * overflows: the sum is not finite only when a number is not.
 *
 * @param rows Borrowed.
 * @param start Position of its first number.
 * @param size Length of the row, 1 or more.
 */
export function vectorFault(
  rows: Float32Array,
  start: number,
  size: number,
): VectorFault | undefined {
  let squares = 0;
  for (let at = start; at < start + size; at += 1) squares += rows[at]! * rows[at]!;
  if (!Number.isFinite(squares)) return 'not finite';
  return squares < leastLength ** 2 ? 'no length' : undefined;
}

/** Reason why a row of a set cannot be used. */
export type RowFault = VectorFault | 'missing';

/** Rows that were left out of a set. */
export interface UnusableRows {
  readonly rows: number;
  /** Id of the first one; null without any. */
  readonly first: string | null;
  /** Rows by their reason; those without any are not there. */
  readonly faults: Readonly<Partial<Record<RowFault, number>>>;
}

/** Vectors are compared in float32, of which larger numbers of float64 are infinite, and smaller ones zeros. */
const faultWords: Readonly<Record<RowFault, string>> = {
  'not finite': 'with NaN, infinity or a number beyond float32',
  'no length': 'of a length below 1e-12 in float32, as zeros are',
  missing: 'without a vector',
};

/** Rows by their reason, as a message tells them: `2 without a vector`. */
export function shownFaults(faults: UnusableRows['faults']): string {
  return (Object.keys(faultWords) as RowFault[])
    .flatMap((fault) => {
      const rows = faults[fault] ?? 0;
      return rows === 0 ? [] : [`${counted(rows)} ${faultWords[fault]}`];
    })
    .join(', ');
}
