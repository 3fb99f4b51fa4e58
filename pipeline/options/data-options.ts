import { folderName, integer, optional, texts } from './option-fields.ts';
import { alternatives, type OptionFields, type OptionRule } from './verb.ts';

/** Selection of classes. */
export interface ClassOptions {
  /** Classes to use; all when not given. */
  readonly classes?: readonly string[] | null | undefined;
  /** Classes to leave out. */
  readonly excludeClasses?: readonly string[] | null | undefined;
}

/** Selection of images from a dataset. */
export interface DataOptions extends ClassOptions {
  /** Split to use: a folder name, such as `train` or `test`; `.` for the whole folder. */
  readonly split?: string | null | undefined;
  /** Images of each class, drawn by `seed`; all when not given. */
  readonly limit?: number | null | undefined;
}

const classNames = 'different names of classes, such as `cat,dog`';

/** Fields of `ClassOptions`. */
export const classFields: OptionFields<ClassOptions> = {
  classes: optional(texts(classNames, 'Classes to use; all when not given.')),
  excludeClasses: optional(texts(classNames, 'Classes to leave out.')),
};

/** Images of each class. */
export const limitField: OptionFields<DataOptions>['limit'] = optional(
  integer(1, 'Images of each class, drawn by `seed`; all when not given.'),
);

/** Fields of `DataOptions`. */
export const dataFields: OptionFields<DataOptions> = {
  split: optional(
    folderName('Split to use: a folder name, such as `train` or `test`; `.` for the whole folder.'),
  ),
  ...classFields,
  limit: limitField,
};

/** One of `classes` and `excludeClasses` at most. */
export const classRule: OptionRule<ClassOptions> = alternatives<ClassOptions>(
  'excludeClasses',
  'classes',
);
