import { excludeField } from './exclude-field.ts';
import { engineFields, type EngineOptions } from './engine-options.ts';
import { choice, flag, folderName, integer, optional, path, texts } from './option-fields.ts';
import { alternatives, defineVerb, type Verb } from './verb.ts';

/** Options of `neighbours`. */
export interface NeighboursOptions extends EngineOptions {
  /**
   * Queries: a folder that `embed` wrote, or any file of vectors: `FILE?id=COLUMN&label=COLUMN&vector=COLUMN`; with `model`
   * an image, or images as `embed` takes them.
   */
  readonly query: string;
  /** Vectors that are searched, likewise; those of QUERY again for leave-one-out. */
  readonly of: string;
  /** Neighbours of each query, nearest first. @default 10 */
  readonly top?: number | undefined;
  /** Folder for `neighbours.arrow` and `summary.json`. */
  readonly out: string;
  /** Ids of queries to search for, such as `a.jpg,b.jpg`; all when not given. */
  readonly ids?: readonly string[] | null | undefined;
  /** File with an id on each line, in place of `ids`. */
  readonly idsFrom?: string | null | undefined;
  /** Let a vector be its own neighbour when both sets are one. @default false */
  readonly withItself?: boolean | undefined;
  /** Table with ids of vectors that are searched to leave out, such as `drop.arrow`: `FILE?id=COLUMN`. */
  readonly exclude?: string | null | undefined;
  /** Vectors that are compared; `projection` of an export, and those of a file as they are, when not given. */
  readonly layer?: 'embedding' | 'projection' | null | undefined;
  /** Model that embeds QUERY, which is images then: a run folder of `train`, or FILE.onnx with FILE.json beside it. */
  readonly model?: string | null | undefined;
  /** Split of the images to use with `model`: a folder name; `.` for the whole folder. */
  readonly split?: string | null | undefined;
  /** Continue a search that was not finished, after its last finished group of queries. @default false */
  readonly resume?: boolean | undefined;
  /** Maximum memory for queries and their neighbours at one time, in megabytes: SET is read once for each group that fits. @default 64 */
  readonly memoryMb?: number | undefined;
}

const sets = {
  query: path(
    'Queries: a folder that `embed` wrote, or any file of vectors: `FILE?id=COLUMN&label=COLUMN&vector=COLUMN`; with ' +
      '`model` an image, or images as `embed` takes them.',
  ),
  of: path('Vectors that are searched, likewise; those of QUERY again for leave-one-out.'),
  ids: optional(
    texts(
      'different ids, such as `a.jpg,b.jpg`',
      'Ids of queries to search for, such as `a.jpg,b.jpg`; all when not given.',
    ),
  ),
  idsFrom: optional(path('File with an id on each line, in place of `ids`.')),
  exclude: excludeField('vectors that are searched'),
  layer: optional(
    choice(
      ['embedding', 'projection'],
      'Vectors that are compared; `projection` of an export, and those of a file as they are, when not given.',
    ),
  ),
};

const images = {
  model: optional(
    path(
      'Model that embeds QUERY, which is images then: a run folder of `train`, or FILE.onnx with FILE.json beside it.',
    ),
  ),
  split: optional(
    folderName('Split of the images to use with `model`: a folder name; `.` for the whole folder.'),
  ),
};

const search = {
  top: integer(1, 'Neighbours of each query, nearest first.').default(10),
  withItself: flag('Let a vector be its own neighbour when both sets are one.'),
  out: path('Folder for `neighbours.arrow` and `summary.json`.'),
  resume: flag(
    'Continue a search that was not finished, after its last finished group of queries.',
  ),
};

const machine = {
  memoryMb: integer(
    1,
    'Maximum memory for queries and their neighbours at one time, in megabytes: SET is read once for each group that fits.',
  ).default(64),
  ...engineFields,
};

/** `sincere neighbours QUERY --of SET --top K --out DIR`. */
export const neighboursVerb: Verb<NeighboursOptions> = defineVerb<NeighboursOptions>({
  name: 'neighbours',
  summary: 'Find the exact nearest vectors of one image, some or all.',
  positional: 'query',
  fields: { ...sets, ...images, ...search, ...machine },
  groups: { Sets: sets, 'Images as queries': images, Search: search, Machine: machine },
  rules: [
    alternatives<NeighboursOptions>('idsFrom', 'ids'),
    {
      option: 'split',
      expected: 'absent without `model`, which makes vectors of images',
      holds: ({ split, model }) => split === null || model !== null,
    },
  ],
});
