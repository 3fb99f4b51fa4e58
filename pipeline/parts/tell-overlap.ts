import { digestMatches } from '../../operators/evaluation/overlap/digest-matches.ts';
import type {
  ImageList,
  OverlapRow,
  SetOverlap,
} from '../../operators/evaluation/overlap/set-overlap.ts';
import type { NeighbourTable } from '../../operators/evaluation/scores/neighbour-table.ts';
import type { TellNote } from './run-event.ts';
import { counted } from '../../operators/message-words.ts';

/** Tells of test images that stand in the training set as well, with an example of each kind. */
export function tellOverlap(overlap: SetOverlap, note: TellNote): void {
  const example = (wanted: OverlapRow['by']): string => {
    let at = 0;
    while (overlap.row(at).by !== wanted) at += 1;
    const { testId, trainId } = overlap.row(at);
    return `\`${testId}\` is \`${trainId}\``;
  };
  const { content, vector } = overlap;
  if (content.images > 0) {
    note(
      `${counted(content.images)} of ${counted(content.of, 'test image')} ` +
        `${content.images === 1 ? 'is a training image' : 'are training images'} (same file): ${example('content')}. ` +
        `They find themselves, and are measured all the same.${otherClass(overlap)} All of them: \`overlap.arrow\`.`,
    );
  }
  if (vector.images > 0) {
    const { images, of, otherContent } = vector;
    const files =
      otherContent === images
        ? 'from another file: images saved anew, or a model that does not tell images apart'
        : otherContent === 0
          ? `and ${images === 1 ? 'is probably a training image' : 'are probably training images'}: these sets do not say what the files were`
          : `${counted(otherContent)} of them from another file`;
    note(
      `${counted(images)} of ${counted(of, 'test image')} ${images === 1 ? 'has' : 'have'} the vector of a training image, bit for bit, ${files}; ` +
        `${example('vector')} in this respect. All of them: \`overlap.arrow\`.`,
    );
  }
}

/** Similarity from which an image and its nearest, which has the same id, are most likely one: float16 leaves as much. */
const nearlyEqual = 0.999;

/** Of fewer test images nothing is told: two images of one name may be alike. */
const worthTelling = 0.05;

/** Test images that are looked at together. */
const atOnce = 4096;

/**
 * Tells of test images whose nearest training image of their class has the same id and nearly the same vector: most likely
 * the same images, written with another rounding or by another version of the model, of which nothing else is known.
 */
export function tellNamesakes(
  { count, rows }: Pick<NeighbourTable, 'count' | 'rows'>,
  overlap: SetOverlap,
  note: TellNote,
): void {
  // Where both sets say what the files were, that decides.
  if (overlap.content.of > 0) return;
  const known = new Set(Array.from({ length: overlap.count }, (_, at) => overlap.row(at).testId));
  let [images, example] = [0, ''];
  for (let from = 0; from < count; from += atOnce) {
    const { id, sameId, sameSimilarity } = rows(from, from + atOnce);
    for (const [at, name] of id.entries()) {
      const isNamesake = sameId[at] === name && (sameSimilarity[at] ?? 0) >= nearlyEqual;
      if (!isNamesake || known.has(name)) continue;
      images += 1;
      if (images === 1) example = name;
    }
  }
  if (images === 0 || images < worthTelling * count) return;
  note(
    `${counted(images)} of ${counted(count, 'test image')} ${images === 1 ? 'has' : 'have'} the id of the nearest training image, and ` +
      `nearly its vector (similarity ${nearlyEqual} or more), such as \`${example}\`: these are most likely the same images, which find ` +
      'themselves. Give one location as `train` and `test` to leave each out.',
  );
}

/** What is said of the same files under other classes: one of two labels is wrong, or the classes have other names. */
function otherClass(overlap: SetOverlap): string {
  let [images, example] = [0, ''];
  for (let at = 0; at < overlap.count; at += 1) {
    const { by, testId, testClass, trainId, trainClass } = overlap.row(at);
    if (by !== 'content' || testClass === null || trainClass === null) continue;
    if (testClass === trainClass) continue;
    images += 1;
    if (images === 1)
      example = `\`${testId}\` is of \`${testClass}\`, \`${trainId}\` of \`${trainClass}\``;
  }
  return images === 0
    ? ''
    : ` ${counted(images)} of them ${images === 1 ? 'has' : 'have'} another class there: ${example}.`;
}

/**
 * Tells of images that stand in a set more than once, by the SHA-256 of their files: leave-one-out an image does not find
 * itself, but it finds its copies.
 */
export function tellCopies(set: ImageList, note: TellNote): void {
  if (set.digests === undefined) return;
  const { first, copies } = digestMatches(set.digests, set.digests);
  const images = copies.reduce((sum, of) => sum + Number(of > 1), 0);
  if (images === 0) return;
  const later = first.findIndex((at, image) => at >= 0 && at < image);
  note(
    `${counted(images)} of ${counted(set.count, 'image')} stand in this set more than once (same file): \`${set.id(later)}\` is ` +
      `\`${set.id(first[later]!)}\`. No image finds itself, but these find their copies, and are measured all the same.`,
  );
}
