import {
  defaultMaxBytes,
  defaultMaxPixels,
  imageDecoders,
} from '../../operators/image/decode-options.ts';
import { choice, flag, integer } from './option-fields.ts';
import type { OptionFields } from './verb.ts';

/** Decoder, damage that is accepted in the file of an image, and its limits. */
export interface DecodingOptions {
  /** Decoder: the quickest for each file, or sharp for all; the pixels are the same. @default 'auto' */
  readonly decoder?: 'auto' | 'sharp' | undefined;
  /** Use files that are damaged around their pixels, such as a JPEG without its end. @default false */
  readonly tolerant?: boolean | undefined;
  /** Largest image, in pixels (width × height). @default 64000000 */
  readonly maxPixels?: number | undefined;
  /** Largest image file, in bytes; images of a prepared dataset have no such limit. @default 67108864 */
  readonly maxBytes?: number | undefined;
}

/** Fields of `DecodingOptions`. */
export const decodingFields: OptionFields<DecodingOptions> = {
  decoder: choice(
    imageDecoders,
    'Decoder: the quickest for each file, or sharp for all; the pixels are the same.',
  ).default('auto'),
  tolerant: flag('Use files that are damaged around their pixels, such as a JPEG without its end.'),
  maxPixels: integer(1, 'Largest image, in pixels (width × height).').default(defaultMaxPixels),
  maxBytes: integer(
    1,
    'Largest image file, in bytes; images of a prepared dataset have no such limit.',
  ).default(defaultMaxBytes),
};
