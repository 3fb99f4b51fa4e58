import { integer } from './option-fields.ts';
import type { OptionFields } from './verb.ts';

/** Seed of everything that is drawn. */
export interface SeedOption {
  /** Random seed. @default 0 */
  readonly seed?: number | undefined;
}

/** Field of `SeedOption`. */
export const seedField: OptionFields<SeedOption>['seed'] = integer(0, 'Random seed.').default(0);
