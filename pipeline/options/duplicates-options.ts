import {
  defaultMaxPairs,
  defaultThreshold,
} from '../../operators/curation/duplicates/duplicates.ts';
import { excludeField } from './exclude-field.ts';
import { choice, integer, number, optional, path } from './option-fields.ts';
import { defineVerb, type OptionFields, type Verb } from './verb.ts';

/** Options of `duplicates`. */
export interface DuplicatesOptions {
  /** Vectors: a folder that `embed` wrote, or any file of vectors: `FILE?id=COLUMN&label=COLUMN&vector=COLUMN`. */
  readonly set: string;
  /** Vectors of the same model that are compared with those of the set, such as of test images; those within the set when not given. */
  readonly other?: string | null | undefined;
  /** Folder for `pairs.arrow`, `groups.arrow`, `drop.arrow` and `summary.json`. */
  readonly out: string;
  /** Table with ids of vectors of the last set to leave out, such as `drop.arrow`: `FILE?id=COLUMN`. */
  readonly exclude?: string | null | undefined;
  /** Vectors of an export that are compared; `projection` when not given. */
  readonly layer?: 'embedding' | 'projection' | null | undefined;
  /** Least cosine similarity of a pair. @default 0.99 */
  readonly threshold?: number | undefined;
  /** Maximum pairs that are listed, the most similar; groups are of all of them. @default 1000000 */
  readonly maxPairs?: number | undefined;
  /** Threads of the computation; all cores when not given. */
  readonly threads?: number | null | undefined;
}

const sets = {
  set: path(
    'Vectors: a folder that `embed` wrote, or any file of vectors: `FILE?id=COLUMN&label=COLUMN&vector=COLUMN`.',
  ),
  other: optional(
    path(
      'Vectors of the same model that are compared with those of the set, such as of test images; those within the set when not given.',
    ),
  ),
  out: path('Folder for `pairs.arrow`, `groups.arrow`, `drop.arrow` and `summary.json`.'),
  exclude: excludeField('vectors of the last set'),
  layer: optional(
    choice(
      ['embedding', 'projection'],
      'Vectors of an export that are compared; `projection` when not given.',
    ),
  ),
};

const search = {
  threshold: number({ above: 0, to: 1 }, 'Least cosine similarity of a pair.').default(
    defaultThreshold,
  ),
  maxPairs: integer(
    1,
    'Maximum pairs that are listed, the most similar; groups are of all of them.',
    50_000_000,
  ).default(defaultMaxPairs),
};

const machine = {
  threads: optional(integer(1, 'Threads of the computation; all cores when not given.', 1024)),
};

const fields: OptionFields<DuplicatesOptions> = { ...sets, ...search, ...machine };

/** `sincere duplicates SET [OTHER] --out DIR`. */
export const duplicatesVerb: Verb<DuplicatesOptions> = defineVerb<DuplicatesOptions>({
  name: 'duplicates',
  summary: 'Find images that are nearly the same, within a set or in two of them: leaks.',
  positional: ['set', 'other'],
  fields,
  groups: { Sets: sets, Search: search, Machine: machine },
});
