import { integer } from './option-fields.ts';
import type { OptionFields } from './verb.ts';

/** Bootstrap over the test images. */
export interface BootstrapSeedOption {
  /** Random seed of the bootstrap over test images. @default 123 */
  readonly bootstrapSeed?: number | undefined;
}

/** Field of `BootstrapSeedOption`. */
export const bootstrapSeedField: OptionFields<BootstrapSeedOption>['bootstrapSeed'] = integer(
  0,
  'Random seed of the bootstrap over test images.',
).default(123);
