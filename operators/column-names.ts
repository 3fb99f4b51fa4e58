/** What the columns of a table or a manifest can hold, as far as it is used. */
export const columnRoles = ['image', 'label', 'id', 'split'] as const;

/** What a column holds. */
export type ColumnRole = (typeof columnRoles)[number];

/** Columns of a table or a manifest, by what they hold. @default found by their usual names and types */
export interface ColumnNames {
  /** Image bytes, or the path or URL of an image. */
  readonly image?: string | undefined;
  /** Class, or a list of classes. */
  readonly label?: string | undefined;
  /** Id of the image, different for each. */
  readonly id?: string | undefined;
  /** Split. */
  readonly split?: string | undefined;
}
