import { excludeField } from './exclude-field.ts';
import { choice, integer, number, optional, path } from './option-fields.ts';
import { seedField, type SeedOption } from './seed-option.ts';
import { defineVerb, type OptionFields, type Verb } from './verb.ts';

/** Options of `drift`. */
export interface DriftOptions extends SeedOption {
  /** Vectors as they were: a folder that `embed` wrote, or any file of vectors: `FILE?id=COLUMN&label=COLUMN&vector=COLUMN`. */
  readonly old: string;
  /** Vectors as they are now, of the same model. */
  readonly new: string;
  /** Folder for `drift.arrow`, `examples.arrow` and `summary.json`. */
  readonly out: string;
  /** Table with ids of vectors as they are now to leave out, such as `drop.arrow`: `FILE?id=COLUMN`. */
  readonly exclude?: string | null | undefined;
  /** Vectors of an export that are compared; `projection` when not given. */
  readonly layer?: 'embedding' | 'projection' | null | undefined;
  /** Random relabellings of each permutation test. @default 999 */
  readonly permutations?: number | undefined;
  /** Maximum rows of each side, over all and of each class, that MMD compares; larger ones are subsampled. @default 2000 */
  readonly sample?: number | undefined;
  /** Level at or below which an adjusted p-value is significant. @default 0.05 */
  readonly alpha?: number | undefined;
  /** Rows of the new set to list, least like any of the old set first; 0 = off. @default 100 */
  readonly examples?: number | undefined;
  /** Threads of the computation; all cores when not given. */
  readonly threads?: number | null | undefined;
}

const sets = {
  old: path(
    'Vectors as they were: a folder that `embed` wrote, or any file of vectors: `FILE?id=COLUMN&label=COLUMN&vector=COLUMN`.',
  ),
  new: path('Vectors as they are now, of the same model.'),
  out: path('Folder for `drift.arrow`, `examples.arrow` and `summary.json`.'),
  exclude: excludeField('vectors as they are now'),
  layer: optional(
    choice(
      ['embedding', 'projection'],
      'Vectors of an export that are compared; `projection` when not given.',
    ),
  ),
};

const tests = {
  permutations: integer(1, 'Random relabellings of each permutation test.', 1_000_000).default(999),
  sample: integer(
    2,
    'Maximum rows of each side, over all and of each class, that MMD compares; larger ones are subsampled.',
  ).default(2000),
  alpha: number(
    { above: 0, below: 1 },
    'Level at or below which an adjusted p-value is significant.',
  ).default(0.05),
  examples: integer(
    0,
    'Rows of the new set to list, least like any of the old set first; 0 = off.',
  ).default(100),
  seed: seedField,
};

const machine = {
  threads: optional(integer(1, 'Threads of the computation; all cores when not given.', 1024)),
};

const fields: OptionFields<DriftOptions> = { ...sets, ...tests, ...machine };

/** `sincere drift OLD NEW --out DIR`. */
export const driftVerb: Verb<DriftOptions> = defineVerb<DriftOptions>({
  name: 'drift',
  summary: 'Test whether vectors have changed, over all and by class: MMD and mean shift.',
  positional: ['old', 'new'],
  fields,
  groups: { Sets: sets, Tests: tests, Machine: machine },
});
