import type { VectorSet } from './vector-set.ts';

/**
 * Leave-one-out: each query's own position in a support that holds the same rows.
 *
 * @throws {RangeError} When there are not as many, or their classes differ.
 */
export function sameRows(queries: VectorSet, support: VectorSet): Int32Array {
  if (queries.count !== support.count) {
    throw new RangeError(
      `Expected \`${queries.name}\` and \`${support.name}\` to hold the same rows for \`leaveOneOut\`, ` +
        `got ${queries.count} and ${support.count}`,
    );
  }
  const wrong = queries.labels.findIndex((label, position) => label !== support.labels[position]);
  if (wrong !== -1) {
    throw new RangeError(
      `Expected \`${queries.name}\` and \`${support.name}\` to have the same classes for \`leaveOneOut\`, ` +
        `got ${queries.labels[wrong]} and ${support.labels[wrong]} at position ${wrong}`,
    );
  }
  return Int32Array.from({ length: queries.count }, (_, position) => position);
}
