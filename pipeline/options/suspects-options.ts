import { excludeField } from './exclude-field.ts';
import { choice, integer, number, optional, path } from './option-fields.ts';
import { seedField, type SeedOption } from './seed-option.ts';
import { defineVerb, type OptionFields, type Verb } from './verb.ts';

/** Options of `suspects`. */
export interface SuspectsOptions extends SeedOption {
  /** Vectors whose labels are checked: a folder that `embed` wrote, or any file of vectors: `FILE?id=COLUMN&label=COLUMN&vector=COLUMN`; or a run of `train` with `samples`, by what it recorded. */
  readonly set: string;
  /** Vectors whose labels are trusted to vote, of the same model; those of the set itself, leave-one-out, when not given. */
  readonly of?: string | null | undefined;
  /** Folder for `suspects.arrow`, `neighbours.arrow`, `pairs.arrow` and `summary.json`. */
  readonly out: string;
  /** Table with ids of vectors that are checked to leave out, such as `drop.arrow`: `FILE?id=COLUMN`. */
  readonly exclude?: string | null | undefined;
  /** Vectors of an export that are compared; `projection` when not given. */
  readonly layer?: 'embedding' | 'projection' | null | undefined;
  /** Neighbours that vote about a label. @default 10 */
  readonly k?: number | undefined;
  /** Cosine similarity from which an image of another class is a near-duplicate. @default 0.99 */
  readonly duplicate?: number | undefined;
  /** Temperature of the loss of each image. @default 0.1 */
  readonly temperature?: number | undefined;
  /** Maximum images that the loss of each is computed against; larger sets are subsampled. @default 10000 */
  readonly sample?: number | undefined;
  /** Threads of the computation; all cores when not given. */
  readonly threads?: number | null | undefined;
}

const sets = {
  set: path(
    'Vectors whose labels are checked: a folder that `embed` wrote, or any file of vectors: `FILE?id=COLUMN&label=COLUMN&vector=COLUMN`; or a run of `train` with `samples`, by what it recorded.',
  ),
  of: optional(
    path(
      'Vectors whose labels are trusted to vote, of the same model; those of the set itself, leave-one-out, when not given.',
    ),
  ),
  out: path('Folder for `suspects.arrow`, `neighbours.arrow`, `pairs.arrow` and `summary.json`.'),
  exclude: excludeField('vectors that are checked'),
  layer: optional(
    choice(
      ['embedding', 'projection'],
      'Vectors of an export that are compared; `projection` when not given.',
    ),
  ),
};

const scores = {
  k: integer(1, 'Neighbours that vote about a label.', 10_000).default(10),
  duplicate: number(
    { from: -1, to: 1 },
    'Cosine similarity from which an image of another class is a near-duplicate.',
  ).default(0.99),
  temperature: number({ above: 0 }, 'Temperature of the loss of each image.').default(0.1),
  sample: integer(
    1,
    'Maximum images that the loss of each is computed against; larger sets are subsampled.',
    1_000_000,
  ).default(10_000),
  seed: seedField,
};

const machine = {
  threads: optional(integer(1, 'Threads of the computation; all cores when not given.', 1024)),
};

const fields: OptionFields<SuspectsOptions> = { ...sets, ...scores, ...machine };

/** `sincere suspects SET --out DIR`. */
export const suspectsVerb: Verb<SuspectsOptions> = defineVerb<SuspectsOptions>({
  name: 'suspects',
  summary: 'Rank labels that are probably wrong, by the votes of nearest neighbours and by loss.',
  positional: 'set',
  fields,
  groups: { Sets: sets, Scores: scores, Machine: machine },
});
