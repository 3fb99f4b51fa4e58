import { digestBytes } from '../../image-content.ts';
import type { VectorBlock, VectorSet } from './vector-set.ts';

/** Some rows of a set, as a set of their own. */
export interface SelectedVectors extends VectorSet {
  /** `[count]` position of each row in the set that it was taken from, ascending. */
  readonly positions: Int32Array;
}

/**
 * The rows at `positions`, in their order.
 *
 * Memory: the positions, their labels, and the selected rows of one block.
 *
 * @param positions Ascending, each once.
 * @throws {RangeError} When positions are not ascending or not in the set.
 */
export function selectedVectors(set: VectorSet, positions: Int32Array): SelectedVectors {
  const { name, classes, dim, digests } = set;
  const wrong = positions.findIndex(
    (position, at) =>
      position < 0 || position >= set.count || position <= (positions[at - 1] ?? -1),
  );
  if (wrong !== -1) {
    throw new RangeError(
      `Expected ascending positions from 0 to ${set.count - 1} in \`${name}\`, got \`${positions[wrong]}\` at ${wrong}`,
    );
  }
  return {
    name,
    classes,
    count: positions.length,
    dim,
    labels: positions.map((position) => set.labels[position]!),
    digests: digests === undefined ? undefined : selectedDigests(digests, positions),
    positions,
    id(position) {
      const original = positions[position];
      if (original !== undefined) return set.id(original);
      throw new RangeError(
        `Expected a position from 0 to ${positions.length - 1} among those selected of \`${name}\`, got \`${position}\``,
      );
    },
    async *blocks(): AsyncGenerator<VectorBlock> {
      let selected = new Float32Array(0);
      let next = 0;
      for await (const { first, rows } of set.blocks()) {
        if (next === positions.length) return;
        const end = first + rows.length / dim;
        const started = next;
        if (selected.length < rows.length) selected = new Float32Array(rows.length);
        for (; next < positions.length && positions[next]! < end; next += 1) {
          const from = (positions[next]! - first) * dim;
          selected.set(rows.subarray(from, from + dim), (next - started) * dim);
        }
        if (next > started) {
          yield { first: started, rows: selected.subarray(0, (next - started) * dim) };
        }
      }
    },
  };
}

function selectedDigests(digests: Uint8Array, positions: Int32Array): Uint8Array {
  const selected = new Uint8Array(positions.length * digestBytes);
  for (const [at, position] of positions.entries()) {
    const from = position * digestBytes;
    selected.set(digests.subarray(from, from + digestBytes), at * digestBytes);
  }
  return selected;
}

/** The rows whose class is known. */
export function vectorsWithClass(set: VectorSet): SelectedVectors {
  const positions: number[] = [];
  for (const [position, label] of set.labels.entries()) if (label >= 0) positions.push(position);
  return selectedVectors(set, Int32Array.from(positions));
}
