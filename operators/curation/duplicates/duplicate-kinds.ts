import { vectorDigests } from '../../evaluation/overlap/vector-digests.ts';
import type { Pairs } from '../../evaluation/neighbours/pair-summary.ts';
import type { VectorSet } from '../../evaluation/vectors/vector-set.ts';
import { digestBytes } from '../../image-content.ts';

/** What is the same in a pair: the file, the vector bit for bit though the file is another or unknown, or neither. */
export type DuplicateKind = 'file' | 'vector' | 'near';

/** Kinds of pairs, by the numbers of their rows. */
export type KindOfPair = (first: number, second: number, similarity: number) => DuplicateKind;

/**
 * Tells copies from what is merely similar: by the SHA-256 of files where both are known, and by the bits of vectors.
 *
 * Reads the sets once more where a pair has a similarity of 1. Memory: 32 bytes for each row then.
 *
 * @param sets Rows of the second one are numbered behind those of the first.
 */
export async function duplicateKinds(
  sets: readonly VectorSet[],
  { similarity }: Pairs,
): Promise<KindOfPair> {
  const files = joined(sets.map(({ digests, count }) => digests ?? unknown(count)));
  // Pairs are in order: the first one is the most similar.
  const vectors =
    similarity[0] === 1 ? joined(await Promise.all(sets.map(vectorDigests))) : undefined;
  return (first, second, similar) => {
    if (isSame(files, first, second)) return 'file';
    if (similar < 1 || vectors === undefined) return 'near';
    return isSame(vectors, first, second) ? 'vector' : 'near';
  };
}

function joined(lists: readonly Uint8Array[]): Uint8Array {
  return lists.length === 1 ? lists[0]! : Buffer.concat(lists);
}

function unknown(rows: number): Uint8Array {
  return new Uint8Array(rows * digestBytes);
}

/** A digest of zeros is unknown and equals none. */
function isSame(digests: Uint8Array, first: number, second: number): boolean {
  const digestOf = (row: number) => digests.subarray(row * digestBytes, (row + 1) * digestBytes);
  const digest = digestOf(first);
  return Buffer.compare(digest, digestOf(second)) === 0 && digest.some((byte) => byte !== 0);
}
