import type { Matches, Neighbours } from '../neighbours/matches.ts';
import type { SelectedVectors } from '../vectors/selected-vectors.ts';
import type { VectorSet } from '../vectors/vector-set.ts';

/** Predicted classes of the test images. */
export interface Predictions {
  /** Such as `knn5` or `probe_l2`. */
  readonly source: string;
  /** `[count]` int32 class of each image. */
  readonly predicted: Int32Array;
}

/** Columns of `neighbours.arrow` for some test images, in test order; null where there is none. */
export interface NeighbourRows {
  readonly id: readonly string[];
  readonly class: readonly (string | null)[];
  /** The nearest training image of the same class. */
  readonly sameId: readonly (string | null)[];
  readonly sameSimilarity: readonly (number | null)[];
  /** The nearest training image of another class. */
  readonly otherId: readonly (string | null)[];
  readonly otherClass: readonly (string | null)[];
  readonly otherSimilarity: readonly (number | null)[];
  /** For each source of predictions the class that it predicts. */
  readonly predictions: ReadonlyMap<string, readonly (string | null)[]>;
}

/** One entry for each test image, made when it is asked for. */
export interface NeighbourTable {
  readonly count: number;
  /** Sources of predictions. */
  readonly sources: readonly string[];
  /** Id of a test image. */
  id(image: number): string;
  /** Entries `from` to below `to`, as far as there are so many. */
  rows(from: number, to: number): NeighbourRows;
}

/** Table of the nearest neighbours and predictions of each test image, by id. */
export function neighbourTable(
  test: VectorSet,
  support: SelectedVectors,
  what: { readonly found: Neighbours; readonly predictions: readonly Predictions[] },
): NeighbourTable {
  const { count, classes, labels } = test;
  const { same, other, sameAndOther } = what.found;
  const className = (label: number): string | null => (label < 0 ? null : classes[label]!);
  return {
    count,
    sources: what.predictions.map(({ source }) => source),
    id: (image) => test.id(image),
    rows(from, to) {
      const images = Array.from({ length: Math.min(to, count) - from }, (_, at) => from + at);
      const firstId = ({ positions }: Matches) =>
        images.map((image) => {
          const position = positions[image * sameAndOther]!;
          return position < 0 ? null : support.id(position);
        });
      const firstSimilarity = ({ similarities }: Matches) =>
        images.map((image) => {
          const similarity = similarities[image * sameAndOther]!;
          return Number.isNaN(similarity) ? null : similarity;
        });
      return {
        id: images.map((image) => test.id(image)),
        class: images.map((image) => className(labels[image]!)),
        sameId: firstId(same),
        sameSimilarity: firstSimilarity(same),
        otherId: firstId(other),
        otherClass: images.map((image) => className(other.labels[image * sameAndOther]!)),
        otherSimilarity: firstSimilarity(other),
        predictions: new Map(
          what.predictions.map(({ source, predicted }) => [
            source,
            images.map((image) => className(predicted[image]!)),
          ]),
        ),
      };
    },
  };
}
