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
