import { PipelineError } from '../../operators/errors.ts';
import { readExtensions } from '../../operators/image-formats.ts';
import { counted } from '../../operators/message-words.ts';
import type { FolderListing, OpenedFolder } from './folder-listing.ts';
import { leftOutByName } from './left-out-by-name.ts';
import { leftOutCount } from './left-out.ts';

/** The error of a folder without images, with what was found in their place. */
export async function withoutImages(
  opened: OpenedFolder,
  listing: FolderListing,
): Promise<PipelineError> {
  const { name, folder } = opened;
  const ignored = leftOutCount(listing.leftOut);
  const { notes, areImages } = await leftOutByName(opened, listing);
  const others =
    ignored > 0 ? ` (${counted(ignored, 'other entry was', 'other entries were')} ignored)` : '';
  // The list of endings is in the way of the command that can be pasted.
  const found = areImages
    ? `; ${notes[0]!.text}`
    : `${others}. File names have to end in ${readExtensions.join(', ')}`;
  return new PipelineError(
    'ERR_DATASET',
    `Expected images in \`${name}\`, as \`<class>/<image>\` or without class folders, got none${found}`,
    { path: folder ?? name },
  );
}
