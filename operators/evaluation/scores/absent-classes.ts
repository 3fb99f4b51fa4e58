import { imagesOfClasses } from './images-of-classes.ts';
import type { ImageScores } from './image-scores.ts';

/** Number of images of a class. */
export interface ClassCount {
  readonly class: string;
  readonly images: number;
}

/** Classes of test images that are not among those scored, though their class is known. */
export function absentClasses(
  { labels, classes }: Pick<ImageScores, 'labels' | 'classes'>,
  scored: Int32Array,
): ClassCount[] {
  const isScored = new Set(scored);
  const left = Int32Array.from(labels.keys()).filter((image) => !isScored.has(image));
  return imagesOfClasses({ labels, classes }, left)
    .map((images, label) => ({ class: classes[label]!, images: images.length }))
    .filter(({ images }) => images > 0);
}
