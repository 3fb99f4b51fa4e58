import { classOf } from '../../evaluation/vectors/class-of.ts';
import type { VectorSet } from '../../evaluation/vectors/vector-set.ts';
import { joinedClasses, withClasses } from '../../evaluation/vectors/with-classes.ts';

/** A row of one of the sets. */
export interface DuplicateImage {
  readonly id: string;
  /** Name of its set. */
  readonly set: string;
  /** Null when unknown. */
  readonly class: string | null;
}

/** Images by the numbers of their rows, over one or two sets: those of the second one are behind those of the first. */
export interface NumberedImages {
  readonly image: (row: number) => DuplicateImage;
  /** Number of its class, the same in both sets; -1 when unknown. */
  readonly labelOf: (row: number) => number;
  /** Within a set all of a group but the first are dropped, between two those of the second one. @param place In its group. */
  readonly isDropped: (row: number, place: number) => boolean;
}

/** Numbers the images of one or two sets. */
export function numberedImages(sets: readonly VectorSet[]): NumberedImages {
  const classes = joinedClasses(...sets);
  const named = sets.map((set) => withClasses(set, classes));
  const split = sets[0]!.count;
  const placeOf = (row: number) => {
    return row < split
      ? { set: named[0]!, position: row }
      : { set: named[1]!, position: row - split };
  };
  const labelOf = (row: number): number => {
    const { set, position } = placeOf(row);
    return set.labels[position]!;
  };
  const image = (row: number): DuplicateImage => {
    const { set, position } = placeOf(row);
    return {
      id: set.id(position),
      set: set.name,
      class: classOf(set, position),
    };
  };
  const isDropped = (row: number, place: number): boolean =>
    sets.length === 1 ? place > 0 : row >= split;
  return { image, labelOf, isDropped };
}
