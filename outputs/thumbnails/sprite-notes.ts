import { counted, shownName } from '../../operators/message-words.ts';
import type { Sprite } from './sprite.ts';

/** What a person should know of a sprite: images without a thumbnail, and images that are others than they were. */
export function spriteNotes(
  { missing, missingCount, changed, changedCount }: Sprite,
  name: string,
): readonly string[] {
  const [first] = missing;
  const [other] = changed;
  const cannot = counted(missingCount, 'image has', 'images have');
  const have = counted(changedCount, 'image has', 'images have');
  return [
    ...(first === undefined
      ? []
      : [`${cannot} no thumbnail but a grey cell. The first one: ${first.reason}`]),
    ...(other === undefined
      ? []
      : [
          `${have} other bytes in \`${name}\` than when the vectors were made: ${shownName(other)}` +
            `${changedCount === 1 ? '' : ' is the first'}. Thumbnails show what they are now`,
        ]),
  ];
}
