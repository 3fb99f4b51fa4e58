import type { Sample } from './types.ts';

/** All classes of an image, ascending; none when unknown. */
export function labelsOf({ label, labels }: Sample): readonly number[] {
  return labels ?? (label === null ? [] : [label]);
}

/** Tests whether an image of a dataset has several classes. Looks at images until one has. */
export function hasSeveralClasses(images: {
  readonly count: number;
  sample(position: number): Sample;
}): boolean {
  for (let position = 0; position < images.count; position += 1) {
    if (images.sample(position).labels !== undefined) return true;
  }
  return false;
}
