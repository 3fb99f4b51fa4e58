import type { VectorSet } from '../../evaluation/vectors/vector-set.ts';
import { permutation, seededRandom } from '../../random.ts';

/** Rows of both sides that are compared: all, or those of one class. */
export interface DriftGroup {
  /** Class; null for all rows. */
  readonly class: string | null;
  /** `[rows]` ascending positions in OLD; null for all. */
  readonly old: Int32Array | null;
  /** The same in NEW. */
  readonly new: Int32Array | null;
  readonly oldRows: number;
  readonly newRows: number;
}

/** The sides of a drift. */
export interface DriftSides {
  readonly old: VectorSet;
  /** Labels counted in the same classes as those of `old`. */
  readonly new: VectorSet;
}

/** Fewer rows than this on a side have no distances among themselves. */
export const leastRows = 2;

/** All rows, then the classes that have any, in the order of the classes. */
export function driftGroups(sides: DriftSides): readonly DriftGroup[] {
  const old = positionsByClass(sides.old);
  const fresh = positionsByClass(sides.new);
  const all = {
    class: null,
    old: null,
    new: null,
    oldRows: sides.old.count,
    newRows: sides.new.count,
  };
  const ofClasses = sides.old.classes.map((name, label): DriftGroup => {
    const [before, after] = [old[label]!, fresh[label]!];
    const rows = { oldRows: before.length, newRows: after.length };
    return { class: name, old: before, new: after, ...rows };
  });
  return [all, ...ofClasses.filter(({ oldRows, newRows }) => oldRows + newRows > 0)];
}

/** Whether both sides have the rows that a comparison takes. */
export function isComparable({ oldRows, newRows }: DriftGroup): boolean {
  return Math.min(oldRows, newRows) >= leastRows;
}

function positionsByClass({ classes, labels }: VectorSet): readonly Int32Array[] {
  const counts = new Int32Array(classes.length);
  for (const label of labels) if (label >= 0) counts[label]! += 1;
  const positions = Array.from(counts, (count) => new Int32Array(count));
  counts.fill(0);
  for (const [position, label] of labels.entries()) {
    if (label >= 0) positions[label]![counts[label]!++] = position;
  }
  return positions;
}

/** Positions of at most `most` rows of a side of a group, chosen by `seed`, ascending. */
export function sampledPositions(
  group: DriftGroup,
  side: 'old' | 'new',
  { most, seed }: { readonly most: number; readonly seed: number },
): Int32Array {
  const rows = side === 'old' ? group.oldRows : group.newRows;
  const positions = group[side];
  if (rows <= most) return positions ?? Int32Array.from({ length: rows }, (_, at) => at);
  const random = seededRandom('drift-sample', seed, side, ...groupKeys(group));
  const chosen = Int32Array.from(permutation(rows, random).subarray(0, most)).sort();
  return positions === null ? chosen : chosen.map((at) => positions[at]!);
}

/** Keys of what is random about a group: no class has those of all rows. */
export function groupKeys({ class: name }: DriftGroup): readonly (string | number)[] {
  return name === null ? [0] : [1, name];
}
