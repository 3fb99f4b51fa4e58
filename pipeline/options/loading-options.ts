import { decodingFields, type DecodingOptions } from './decoding-options.ts';
import { integer, number } from './option-fields.ts';
import type { OptionFields } from './verb.ts';

/** Loading of images. */
export interface LoadingOptions extends DecodingOptions {
  /** Batches in flight between reading and the end of a step. @default 3 */
  readonly prefetch?: number | undefined;
  /** Largest share of unreadable images before the run is given up. @default 0.2 */
  readonly maxInvalid?: number | undefined;
}

/** Fields of `LoadingOptions`. */
export const loadingFields: OptionFields<LoadingOptions> = {
  prefetch: integer(1, 'Batches in flight between reading and the end of a step.').default(3),
  maxInvalid: number(
    { from: 0, to: 1 },
    'Largest share of unreadable images before the run is given up.',
  ).default(0.2),
  ...decodingFields,
};

/** Earlier names of `LoadingOptions`. */
export const loadingRenamed = { window: 'prefetch', maxBadShare: 'maxInvalid' } as const;
