import type { ImageScores } from './image-scores.ts';

/** Partition of images by class, in their order; images without a class are in no part. */
export function imagesOfClasses(
  { labels, classes }: Pick<ImageScores, 'labels' | 'classes'>,
  images: Int32Array,
): Int32Array[] {
  const sizes = new Int32Array(classes.length);
  for (const image of images) if (labels[image]! >= 0) sizes[labels[image]!]! += 1;
  const groups = Array.from(sizes, (size) => new Int32Array(size));
  sizes.fill(0);
  for (const image of images) {
    const label = labels[image]!;
    if (label < 0) continue;
    groups[label]![sizes[label]!] = image;
    sizes[label]! += 1;
  }
  return groups;
}
