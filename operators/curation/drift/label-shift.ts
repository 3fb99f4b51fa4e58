import { seededRandom } from '../../random.ts';
import type { DriftGroup } from './drift-groups.ts';
import type { PermutationTest } from './drift-options.ts';
import { hypergeometric, logFactorials } from './hypergeometric.ts';
import { permutationP } from './permutation-p.ts';

/** How far the shares of classes have moved. */
export interface LabelShift {
  /** Pearson's chi-square of the table of classes and sides. */
  readonly chiSquare: PermutationTest;
  /** Of each class its share of NEW minus its share of OLD, -1 to 1; p of so much in either direction. */
  readonly shares: readonly PermutationTest[];
}

/** The same in another order of summation differs by less than this share of the value. */
const slack = 1e-9;

/**
 * Label shift by a permutation test: relabellings of the rows with a class, drawn as counts of each class.
 *
 * `χ² = Σ (observed − expected)² / expected` over classes and sides.
 *
 * @param groups Classes, each with a row at least. @returns Null when a side has no row with a class.
 */
export function labelShift(
  groups: readonly DriftGroup[],
  { permutations, seed }: { readonly permutations: number; readonly seed: number },
): LabelShift | null {
  const old = groups.reduce((sum, { oldRows }) => sum + oldRows, 0);
  const fresh = groups.reduce((sum, { newRows }) => sum + newRows, 0);
  if (old === 0 || fresh === 0) return null;
  const table = { sizes: groups.map(({ oldRows, newRows }) => oldRows + newRows), old, new: fresh };
  const observed = groups.map(({ newRows }) => newRows);
  const random = seededRandom('drift-labels', seed);
  const logs = logFactorials(old + fresh);
  const chiSquares = new Float64Array(permutations);
  const moves = groups.map(() => new Float64Array(permutations));
  for (let at = 0; at < permutations; at += 1) {
    let [rows, drawn] = [old + fresh, fresh];
    const counts = table.sizes.map((marked) => {
      const count = hypergeometric(random, { rows, marked, drawn }, logs);
      rows -= marked;
      drawn -= count;
      return count;
    });
    chiSquares[at] = chiSquare(counts, table);
    for (const [group, move] of shareMoves(counts, table).entries()) {
      moves[group]![at] = Math.abs(move);
    }
  }
  const value = chiSquare(observed, table);
  return {
    chiSquare: { value, p: permutationP(value, chiSquares, slack * value) },
    shares: shareMoves(observed, table).map((move, group) => ({
      value: move,
      p: permutationP(Math.abs(move), moves[group]!, slack * Math.abs(move)),
    })),
  };
}

/** Rows of each class on both sides together, and of each side. */
interface LabelTable {
  readonly sizes: readonly number[];
  readonly old: number;
  readonly new: number;
}

function chiSquare(counts: readonly number[], { sizes, old, new: fresh }: LabelTable): number {
  return sizes.reduce((sum, size, at) => {
    const off = (counts[at]! - (size * fresh) / (old + fresh)) ** 2;
    // Of both sides: what NEW has too many, OLD has too few.
    return sum + (off * (old + fresh) ** 2) / (size * old * fresh);
  }, 0);
}

function shareMoves(counts: readonly number[], { sizes, old, new: fresh }: LabelTable): number[] {
  return counts.map((count, at) => count / fresh - (sizes[at]! - count) / old);
}
