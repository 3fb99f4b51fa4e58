import { engineFields, type EngineOptions } from './engine-options.ts';
import { integer, path } from './option-fields.ts';
import { seedField, type SeedOption } from './seed-option.ts';
import { defineVerb, type Verb } from './verb.ts';

/** Options of `demo`. */
export interface DemoOptions extends SeedOption, EngineOptions {
  /** Folder for everything that the demo writes. @default 'runs/demo' */
  readonly out?: string | undefined;
  /** Training steps of each of the two losses. @default 150 */
  readonly steps?: number | undefined;
}

const demo = {
  out: path('Folder for everything that the demo writes.').default('runs/demo'),
  steps: integer(1, 'Training steps of each of the two losses.').default(150),
  seed: seedField,
};

/** `sincere demo`. */
export const demoVerb: Verb<DemoOptions> = defineVerb<DemoOptions>({
  name: 'demo',
  summary: 'Train, export and evaluate on generated images, SINCERE beside SupCon.',
  fields: { ...demo, ...engineFields },
  groups: { Demo: demo, Machine: engineFields },
});
