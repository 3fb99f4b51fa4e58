import { excludeField } from './exclude-field.ts';
import { choice, integer, optional, path } from './option-fields.ts';
import { seedField, type SeedOption } from './seed-option.ts';
import { defineVerb, type OptionFields, type Verb } from './verb.ts';

/** Options of `select`. */
export interface SelectOptions extends SeedOption {
  /** Vectors to choose from: a folder that `embed` wrote, or any file of vectors: `FILE?id=COLUMN&label=COLUMN&vector=COLUMN`. */
  readonly set: string;
  /** Vectors of images that are labelled already, of the same model: what is near them is chosen late, what has their id not at all. */
  readonly labelled?: string | null | undefined;
  /** Folder for `selection.arrow`, `coverage.arrow` and `summary.json`. */
  readonly out: string;
  /** Table with ids of vectors to choose from to leave out, such as `drop.arrow`: `FILE?id=COLUMN`. */
  readonly exclude?: string | null | undefined;
  /** Vectors of an export that are compared; `projection` when not given. */
  readonly layer?: 'embedding' | 'projection' | null | undefined;
  /** Images to choose. */
  readonly count: number;
  /** Which image is next: the one farthest from all that are chosen, or each with a probability by the square of that distance. @default 'k-centre' */
  readonly method?: 'k-centre' | 'k-means++' | undefined;
  /** Threads of the computation; all cores when not given. */
  readonly threads?: number | null | undefined;
}

const sets = {
  set: path(
    'Vectors to choose from: a folder that `embed` wrote, or any file of vectors: `FILE?id=COLUMN&label=COLUMN&vector=COLUMN`.',
  ),
  labelled: optional(
    path(
      'Vectors of images that are labelled already, of the same model: what is near them is chosen late, what has their id not at all.',
    ),
  ),
  out: path('Folder for `selection.arrow`, `coverage.arrow` and `summary.json`.'),
  exclude: excludeField('vectors to choose from'),
  layer: optional(
    choice(
      ['embedding', 'projection'],
      'Vectors of an export that are compared; `projection` when not given.',
    ),
  ),
};

const selection = {
  count: integer(1, 'Images to choose.'),
  method: choice(
    ['k-centre', 'k-means++'],
    'Which image is next: the one farthest from all that are chosen, or each with a probability by the square of that distance.',
  ).default('k-centre'),
  seed: seedField,
};

const machine = {
  threads: optional(integer(1, 'Threads of the computation; all cores when not given.', 1024)),
};

const fields: OptionFields<SelectOptions> = { ...sets, ...selection, ...machine };

/** `sincere select SET --count N --out DIR`. */
export const selectVerb: Verb<SelectOptions> = defineVerb<SelectOptions>({
  name: 'select',
  summary: 'Choose a diverse subset, such as the images to label next: k-centre or k-means++.',
  positional: 'set',
  fields,
  groups: { Sets: sets, Selection: selection, Machine: machine },
});
