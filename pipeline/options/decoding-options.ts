import { defaultMaxBytes, defaultMaxPixels } from '../../operators/image/decode-options.ts';
import { integer } from './option-fields.ts';
import type { OptionFields } from './verb.ts';

/** Limits of one image. */
export interface DecodingOptions {
  /** Largest image, in pixels (width × height). @default 64000000 */
  readonly maxPixels?: number | undefined;
  /** Largest image file, in bytes. @default 67108864 */
  readonly maxBytes?: number | undefined;
}

/** Fields of `DecodingOptions`. */
export const decodingFields: OptionFields<DecodingOptions> = {
  maxPixels: integer(1, 'Largest image, in pixels (width × height).').default(defaultMaxPixels),
  maxBytes: integer(1, 'Largest image file, in bytes.').default(defaultMaxBytes),
};
