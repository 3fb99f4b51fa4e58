import type { Preprocessing } from '../../operators/image/preprocessing.ts';
import { pixelCache } from '../../operators/loading/pixel-cache.ts';
import type { LoadSource } from '../../operators/stages/load-source.ts';
import { type Quarantine, quarantine } from '../../operators/stages/quarantine.ts';
import type { Dataset } from '../../operators/types.ts';
import type { DecodingOptions } from '../options/decoding-options.ts';
import type { InvalidOptions } from '../options/loading-options.ts';
import type { Resolved } from '../options/verb.ts';
import { identifiedSource } from './readable-images.ts';

/** Images of one side of a validation, encoded again and again. */
export interface ValidationSource {
  readonly data: Dataset;
  readonly source: LoadSource;
  /** Those that cannot be read. */
  readonly bad: Quarantine;
}

/** Images to validate with, as `embed` reads and decodes them, and kept between validations. */
export function validationSource(
  data: Dataset,
  preprocessing: Preprocessing,
  options: Resolved<DecodingOptions & InvalidOptions>,
  cacheBytes: number,
): ValidationSource {
  const source = identifiedSource(data, preprocessing, options);
  return {
    data,
    // Their content is compared with nothing: one that is kept has no file to identify.
    source: { ...source, identify: false, cache: pixelCache(cacheBytes) },
    bad: quarantine({ count: data.count, maxInvalid: options.maxInvalid }),
  };
}
