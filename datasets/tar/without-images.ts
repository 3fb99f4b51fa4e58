import { PipelineError } from '../../operators/errors.ts';
import { readExtensions } from '../../operators/image-formats.ts';
import { absoluteLocation } from '../../operators/location-scheme.ts';
import { placeName } from '../store/place.ts';
import type { SetFindings } from './set-findings.ts';
import { shownOthers } from './tar-notes.ts';

/** The error of tar shards without images, with what is found in their place. */
export function withoutImages(location: string, { others }: SetFindings): PipelineError {
  const archives = others.find(([ending]) => ending === '.tar');
  const found =
    others.length === 0
      ? ''
      : archives === undefined
        ? `: ${shownOthers(others)}`
        : `: archives in an archive, ${shownOthers([archives])}. Unpack the outer one`;
  return new PipelineError(
    'ERR_DATASET',
    `Expected images in \`${placeName(location)}\`, got none${found}. Names have to end in ${readExtensions.join(', ')}`,
    { path: absoluteLocation(placeName(location)) },
  );
}
