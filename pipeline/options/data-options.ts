import type { ColumnNames } from '../../operators/column-names.ts';
import {
  columns,
  flag,
  folderName,
  integer,
  number,
  optional,
  path,
  texts,
} from './option-fields.ts';
import { alternatives, type OptionFields, type OptionRule, type Resolved } from './verb.ts';

/** Selection of classes. */
export interface ClassOptions {
  /** Classes to use; all when not given. */
  readonly classes?: readonly string[] | null | undefined;
  /** Classes to leave out. */
  readonly excludeClasses?: readonly string[] | null | undefined;
}

/** Reading of tables and manifests, and what is kept of remote images. */
export interface ListOptions {
  /** Columns of a table or manifest: `image`, `label`, `id`, `split`; found by their usual names when not given. */
  readonly columns?: ColumnNames | null | undefined;
  /** Folder or URL that paths in a manifest are relative to; the folder of the manifest when not given. */
  readonly imageRoot?: string | null | undefined;
  /** Folder that keeps remote images and indexes; that of `sincere` in the user's cache when not given. */
  readonly cacheDir?: string | null | undefined;
  /** Gigabytes of remote images kept in `cacheDir`; 0 for none. @default 10 */
  readonly cacheGb?: number | undefined;
}

/** Selection of images from a dataset. */
export interface DataOptions extends ClassOptions, ListOptions {
  /** Split to use: a folder name, such as `train` or `test`; `.` for the whole folder. */
  readonly split?: string | null | undefined;
  /** Table with ids of images to leave out, such as `drop.arrow` of `duplicates`: `FILE?id=COLUMN`. */
  readonly exclude?: string | null | undefined;
  /** Leave out classes of fewer images; none when not given. */
  readonly minPerClass?: number | null | undefined;
  /** Share of each class to hold out, drawn by `seed`: the rest are used; nothing is held out when not given. */
  readonly holdOut?: number | null | undefined;
  /** Use the images that `holdOut` holds out instead of the rest. @default false */
  readonly heldOut?: boolean | undefined;
  /** Images of each class, drawn by `seed`; all when not given. */
  readonly limit?: number | null | undefined;
}

const classNames = 'different names of classes, such as `cat,dog`';

/** Fields of `ClassOptions`. */
export const classFields: OptionFields<ClassOptions> = {
  classes: optional(texts(classNames, 'Classes to use; all when not given.')),
  excludeClasses: optional(texts(classNames, 'Classes to leave out.')),
};

/** Fields of `ListOptions`. */
export const listFields: OptionFields<ListOptions> = {
  columns: optional(
    columns(
      'Columns of a table or manifest: `image`, `label`, `id`, `split`; found by their usual names when not given.',
    ),
  ),
  imageRoot: optional(
    path(
      'Folder or URL that paths in a manifest are relative to; the folder of the manifest when not given.',
    ),
  ),
  cacheDir: optional(
    path(
      "Folder that keeps remote images and indexes; that of `sincere` in the user's cache when not given.",
    ),
  ),
  cacheGb: number(
    { from: 0 },
    'Gigabytes of remote images kept in `cacheDir`; 0 for none.',
  ).default(10),
};

/** The values of `ListOptions` as sources take them. */
export function listOptions(options: Resolved<ListOptions>): {
  readonly columns: ColumnNames | undefined;
  readonly imageRoot: string | undefined;
  readonly cacheDir: string | undefined;
  readonly cacheGb: number;
} {
  const { columns: names, imageRoot, cacheDir, cacheGb } = options;
  return {
    columns: names ?? undefined,
    imageRoot: imageRoot ?? undefined,
    cacheDir: cacheDir ?? undefined,
    cacheGb,
  };
}

/** Images of each class. */
export const limitField: OptionFields<DataOptions>['limit'] = optional(
  integer(1, 'Images of each class, drawn by `seed`; all when not given.'),
);

/** Fields of `DataOptions`. */
export const dataFields: OptionFields<DataOptions> = {
  split: optional(
    folderName('Split to use: a folder name, such as `train` or `test`; `.` for the whole folder.'),
  ),
  ...listFields,
  ...classFields,
  exclude: optional(
    path(
      'Table with ids of images to leave out, such as `drop.arrow` of `duplicates`: `FILE?id=COLUMN`.',
    ),
  ),
  minPerClass: optional(integer(1, 'Leave out classes of fewer images; none when not given.')),
  holdOut: optional(
    number(
      { above: 0, below: 1 },
      'Share of each class to hold out, drawn by `seed`: the rest are used; nothing is held out when not given.',
    ),
  ),
  heldOut: flag('Use the images that `holdOut` holds out instead of the rest.'),
  limit: limitField,
};

/** `heldOut` needs to know what was held out. */
export const heldOutRule: OptionRule<DataOptions> = {
  option: 'heldOut',
  expected: 'given together with `holdOut`, the share that was held out',
  holds: ({ heldOut, holdOut }) => !heldOut || holdOut !== null,
};

/** One of `classes` and `excludeClasses` at most. */
export const classRule: OptionRule<ClassOptions> = alternatives<ClassOptions>(
  'excludeClasses',
  'classes',
);
