import type { OverlapRow, SetOverlap } from '../../operators/evaluation/overlap/set-overlap.ts';
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
        'They find themselves, and are measured all the same. All of them: `overlap.arrow`.',
    );
  }
  if (vector.images > 0) {
    const { images, of, otherContent } = vector;
    const files =
      otherContent === images
        ? 'from another file: images saved anew, or a model that does not tell images apart'
        : otherContent === 0
          ? 'and are probably training images: these exports do not say what the files were'
          : `${counted(otherContent)} of them from another file`;
    note(
      `${counted(images)} of ${counted(of, 'test image')} ${images === 1 ? 'has' : 'have'} the vector of a training image, bit for bit, ${files}; ` +
        `${example('vector')} in this respect. All of them: \`overlap.arrow\`.`,
    );
  }
}
