import { type OperatorFunction, pipe } from 'rxjs';
import { statedReading } from '../../operators/image/image-reading.ts';
import { inputShrinkTarget, type Preprocessing } from '../../operators/image/preprocessing.ts';
import type { DecodePixelsOptions } from '../../operators/image/decode-options.ts';
import { decodeImage } from '../../operators/stages/decode-image.ts';
import type { LoadSource } from '../../operators/stages/load-source.ts';
import { readImage } from '../../operators/stages/read-image.ts';
import type { Dataset, DecodedImage, PlannedSample } from '../../operators/types.ts';
import type { LoadingOptions } from '../options/loading-options.ts';
import type { Resolved } from '../options/verb.ts';
import { largestFile } from './largest-file.ts';
import { decodePermits, readPermits } from './native-permits.ts';

type Limits = Pick<Resolved<LoadingOptions>, 'decoder' | 'maxBytes' | 'maxPixels' | 'tolerant'>;

/** Images whose files are identified. */
interface IdentifiedSource extends LoadSource {
  readonly maxBytes: number;
  readonly identify: true;
  readonly decoding: DecodePixelsOptions;
}

/** The images for an encoder, with the content of their files. */
export function identifiedSource(
  data: Dataset,
  preprocessing: Preprocessing,
  { decoder, maxBytes, maxPixels, tolerant }: Limits,
): IdentifiedSource {
  return {
    dataset: data,
    permits: readPermits,
    maxBytes: largestFile(data, maxBytes),
    identify: true,
    decoding: {
      ...statedReading(preprocessing),
      maxPixels,
      tolerant,
      decoder,
      shrinkTo: inputShrinkTarget(preprocessing),
    },
  };
}

/** Reads and decodes one of these images by itself. */
export function readableImages(
  data: Dataset,
  preprocessing: Preprocessing,
  limits: Limits,
): OperatorFunction<PlannedSample, DecodedImage> {
  const { decoding, ...reading } = identifiedSource(data, preprocessing, limits);
  const { shrinkTo, tolerant, decoder, maxPixels, ...stated } = decoding;
  return pipe(
    readImage(data, reading),
    decodeImage({
      permits: decodePermits,
      limits: { maxPixels },
      reading: stated,
      tolerant,
      decoder,
      shrinkTo,
    }),
  );
}
