import { decodingFields, type DecodingOptions } from './decoding-options.ts';
import { integer, number } from './option-fields.ts';
import type { OptionFields } from './verb.ts';

/** Images that may be bad. */
export interface InvalidOptions {
  /** Largest share of unreadable images before the run is given up. @default 0.2 */
  readonly maxInvalid?: number | undefined;
}

/** Loading of images. */
export interface LoadingOptions extends DecodingOptions, InvalidOptions {
  /** Batches in flight between reading and the end of a step. @default 3 */
  readonly prefetch?: number | undefined;
}

/** Fields of `InvalidOptions`. */
export const invalidFields: OptionFields<InvalidOptions> = {
  maxInvalid: number(
    { from: 0, to: 1 },
    'Largest share of unreadable images before the run is given up.',
  ).default(0.2),
};

/** Fields of `LoadingOptions`. */
export const loadingFields: OptionFields<LoadingOptions> = {
  prefetch: integer(1, 'Batches in flight between reading and the end of a step.').default(3),
  ...invalidFields,
  ...decodingFields,
};

/** Earlier names of `LoadingOptions`. */
export const loadingRenamed = { window: 'prefetch', maxBadShare: 'maxInvalid' } as const;
