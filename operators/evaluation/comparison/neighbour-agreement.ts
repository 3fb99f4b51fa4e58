import { nearestNeighbours } from '../neighbours/nearest-neighbours.ts';
import { weightedVote } from '../neighbours/weighted-vote.ts';
import { unitVectors } from '../vectors/unit-vectors.ts';
import { vectorsInMemory } from '../vectors/vectors-in-memory.ts';

/** Leave-one-out k-NN accuracy of the same images by two sets of vectors. */
export interface NeighbourAgreement {
  readonly images: number;
  /** Share of images that their neighbours classify rightly, by the reference and by the approximation. */
  readonly reference: number;
  readonly approximation: number;
  /** Images that the reference has right and the approximation wrong, and the other way round. */
  readonly lost: number;
  readonly gained: number;
}

/** Vectors of labelled images twice. */
export interface ComparedRows {
  /** `[images]` class of each. */
  readonly labels: Int32Array;
  readonly classes: readonly string[];
  /** `[images, dim]`, each with a direction. Borrowed, as is `approximation`. */
  readonly reference: Float32Array;
  readonly approximation: Float32Array;
  readonly dim: number;
}

/** Compares two sets of vectors of the same images by their leave-one-out k-NN classification (weighted vote). */
export async function neighbourAgreement(
  { labels, classes, reference, approximation, dim }: ComparedRows,
  { k, signal }: { readonly k: number; readonly signal?: AbortSignal | undefined },
): Promise<NeighbourAgreement> {
  const ids = Array.from(labels, (_, row) => String(row));
  const right = async (name: string, rows: Float32Array): Promise<readonly boolean[]> => {
    const vectors = vectorsInMemory({ name, classes, ids, labels, dim, rows });
    const set = unitVectors(vectors, 'embedding');
    const { nearest } = await nearestNeighbours(set, set, { k, leaveOneOut: true, signal });
    return Array.from(labels, (label, query) => {
      const [from, end] = [query * k, (query + 1) * k];
      const similarities = nearest.similarities.subarray(from, end);
      return weightedVote({ similarities, labels: nearest.labels.subarray(from, end) }) === label;
    });
  };
  const before = await right('reference', reference);
  const after = await right('approximation', approximation);
  const counted = (holds: (at: number) => boolean): number =>
    before.reduce((count, _, at) => count + Number(holds(at)), 0);
  const images = labels.length;
  return {
    images,
    reference: counted((at) => before[at]!) / images,
    approximation: counted((at) => after[at]!) / images,
    lost: counted((at) => before[at]! && !after[at]!),
    gained: counted((at) => !before[at]! && after[at]!),
  };
}
