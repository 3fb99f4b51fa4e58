import { type OperatorFunction, pipe } from 'rxjs';
import { statedReading } from '../../operators/image/image-reading.ts';
import { inputShrinkTarget, type Preprocessing } from '../../operators/image/preprocessing.ts';
import { decodeImage } from '../../operators/stages/decode-image.ts';
import { readImage } from '../../operators/stages/read-image.ts';
import type { Dataset, DecodedImage, PlannedSample } from '../../operators/types.ts';
import type { LoadingOptions } from '../options/loading-options.ts';
import type { Resolved } from '../options/verb.ts';
import { decodePermits, readPermits } from './native-permits.ts';

type Limits = Pick<Resolved<LoadingOptions>, 'maxBytes' | 'maxPixels' | 'tolerant'>;

/** Reads and decodes one image for an encoder, with the content of its file. */
export function readableImages(
  data: Dataset,
  preprocessing: Preprocessing,
  { maxBytes, maxPixels, tolerant }: Limits,
): OperatorFunction<PlannedSample, DecodedImage> {
  return pipe(
    readImage(data, { permits: readPermits, maxBytes, identify: true }),
    decodeImage({
      permits: decodePermits,
      limits: { maxPixels },
      reading: statedReading(preprocessing),
      tolerant,
      shrinkTo: inputShrinkTarget(preprocessing),
    }),
  );
}
