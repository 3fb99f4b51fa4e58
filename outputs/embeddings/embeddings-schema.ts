import { Field, Schema, Utf8 } from 'apache-arrow';
import { type ClassType, textsType, vectorsType } from '../arrow/arrow-columns.ts';

/** The vectors that an export can hold. */
export type EmbeddingsLayer = 'embedding' | 'projection';

/** Column name → length of its vectors; layers that are not exported are absent. */
export type LayerSizes = { readonly [layer in EmbeddingsLayer]?: number | undefined };

/** Both, in the order of their columns. */
export const embeddingsLayers: readonly EmbeddingsLayer[] = ['embedding', 'projection'];

/** Format of an export. Version 1 does not say what its images were. */
export type ExportVersion = 1 | 2;

/** Choices that the columns of an export follow from. */
export interface ExportColumns {
  readonly version: ExportVersion;
  /** True where an image of the dataset has several classes; absent of others. */
  readonly severalClasses?: true | undefined;
  readonly layers: LayerSizes;
  /** Text of the `split` column; null when there is none. */
  readonly split: string | null;
}

/** Columns of a part of an embeddings folder. */
export function embeddingsSchema(
  labels: ClassType,
  { version, severalClasses, layers, split }: ExportColumns,
): Schema {
  const vectors = embeddingsLayers.flatMap((layer) => {
    const size = layers[layer];
    return size === undefined ? [] : [new Field(layer, vectorsType(size), false)];
  });
  return new Schema([
    /** Id of the sample in its dataset. */
    new Field('id', new Utf8(), false),
    /** Class name; null when unknown. */
    new Field('label', labels, true),
    /**
     * Names of all its classes, sorted, null when unknown; only where an image of the dataset has several. As text: Polars,
     * pyarrow, DuckDB and JavaScript's readers all have lists of it, while numbers would want the list of the classes from
     * the manifest, and dictionaries inside lists are not read by all.
     */
    ...(severalClasses === true ? [new Field('labels', textsType(), true)] : []),
    /** SHA-256 (hex) of the bytes of its file, as `sha256sum` prints it; null when nobody identified it. */
    ...(version === 1 ? [] : [new Field('sha256', new Utf8(), true)]),
    /** `embedding`: pooled features before the head. `projection`: unit vectors that the loss sees. */
    ...vectors,
    /** The same text in each row; only when the export was given one. */
    ...(split === null ? [] : [new Field('split', new Utf8(), false)]),
  ]);
}
